import {
  CreateSecretCommand, DescribeSecretCommand, GetSecretValueCommand, ListSecretVersionIdsCommand, PutSecretValueCommand, UpdateSecretCommand, UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { test } from 'tap'
import type { Test } from 'tap'
import { createFakeClock } from '../../src/clock/index.ts'
import { connect, FIRST, SECOND, THIRD } from './fixtures/connect.ts'

const SecretId = 'one'

async function start(t: Test): Promise<SecretsManagerClient> {
  const { client } = await connect(t)
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'first', ClientRequestToken: FIRST }))
  return client
}

async function stages(client: SecretsManagerClient): Promise<Record<string, string[]>> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }))
  return VersionIdsToStages
}

test('a new value becomes current, and the one before it previous', async t => {
  const client = await start(t)
  t.match(await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'second', ClientRequestToken: SECOND })), { VersionId: SECOND, VersionStages: ['AWSCURRENT'] })
  t.strictSame(await stages(client), { [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT'] })
  t.match(await client.send(new GetSecretValueCommand({ SecretId })), { SecretString: 'second' })
  t.match(await client.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' })), { SecretString: 'first' })

  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'third', ClientRequestToken: THIRD }))
  t.strictSame(await stages(client), { [SECOND]: ['AWSPREVIOUS'], [THIRD]: ['AWSCURRENT'] }, 'the first has no label and is not named')
  t.match(await client.send(new GetSecretValueCommand({ SecretId, VersionId: FIRST })), { SecretString: 'first' }, 'but is still there')
})

test('a value under another label leaves the current one alone', async t => {
  const client = await start(t)
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'next', ClientRequestToken: SECOND, VersionStages: ['AWSPENDING'] }))
  t.strictSame(await stages(client), { [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPENDING'] })
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'other', ClientRequestToken: THIRD, VersionStages: ['AWSPENDING'] }))
  t.strictSame(await stages(client), { [FIRST]: ['AWSCURRENT'], [THIRD]: ['AWSPENDING'] })
})

test('the first value of an empty secret is current, whatever its labels', async t => {
  const { client } = await connect(t)
  await client.send(new CreateSecretCommand({ Name: SecretId }))
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'x', ClientRequestToken: FIRST, VersionStages: ['AWSPENDING'] }))
  t.strictSame(await stages(client), { [FIRST]: ['AWSPENDING', 'AWSCURRENT'] })
})

test('of many that put different values under one token, one wins and the others are told', async t => {
  const { client } = await connect(t)
  await client.send(new CreateSecretCommand({ Name: SecretId }))
  const results = await Promise.allSettled(Array.from({ length: 8 }, (_, index) =>
    client.send(new PutSecretValueCommand({ SecretId, SecretString: `value ${index}`, ClientRequestToken: FIRST }))))
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const result of results) if (result.status === 'rejected') t.match(result.reason, { name: 'ResourceExistsException' })
})

test('the same value under the same token changes nothing', async t => {
  const client = await start(t)
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'second', ClientRequestToken: SECOND }))
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'first', ClientRequestToken: FIRST }))
  t.strictSame(await stages(client), { [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT'] })
})

test('a label moves only from the version that is named: of two who promote, one fails', async t => {
  const client = await start(t)
  for (const id of [SECOND, THIRD]) await client.send(new PutSecretValueCommand({ SecretId, SecretString: id, ClientRequestToken: id, VersionStages: [`for-${id[0]}`] }))
  const promote = (id: string): Promise<unknown> =>
    client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId: FIRST, MoveToVersionId: id }))
  const results = await Promise.allSettled([promote(SECOND), promote(THIRD)])
  t.strictSame(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  t.match(results.find(({ status }) => status === 'rejected'), { reason: { name: 'InvalidParameterException', message: /currently attached to version/ } })
  t.match((await stages(client))[FIRST], ['AWSPREVIOUS'])
})

test('moving the current label there and back moves the previous one with it', async t => {
  const client = await start(t)
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'second', ClientRequestToken: SECOND }))
  await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId: SECOND, MoveToVersionId: FIRST }))
  t.strictSame(await stages(client), { [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPREVIOUS'] })
})

test('labels that are moved in ways the service does not allow', async t => {
  const client = await start(t)
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'next', ClientRequestToken: SECOND, VersionStages: ['AWSPENDING'] }))
  const update = (input: { VersionStage: string, RemoveFromVersionId?: string, MoveToVersionId?: string }): Promise<unknown> =>
    client.send(new UpdateSecretVersionStageCommand({ SecretId, ...input }))
  const refused = { name: 'InvalidParameterException' }
  await t.rejects(update({ VersionStage: 'AWSCURRENT', MoveToVersionId: SECOND }), { ...refused, message: /RemoveFromVersionId can't be empty/ })
  await t.rejects(update({ VersionStage: 'AWSCURRENT', RemoveFromVersionId: FIRST }), { ...refused, message: /completely removed/ })
  await t.rejects(update({ VersionStage: 'AWSPENDING', RemoveFromVersionId: FIRST }), { ...refused, message: /currently attached/ })
  await t.rejects(update({ VersionStage: 'FREE', RemoveFromVersionId: FIRST }), { ...refused, message: /no version/ })
  await t.rejects(update({ VersionStage: 'AWSPENDING' }), refused)
  await t.rejects(update({ VersionStage: 'FREE', MoveToVersionId: THIRD }), { name: 'ResourceNotFoundException' })
  await update({ VersionStage: 'FREE', MoveToVersionId: FIRST })
  await update({ VersionStage: 'AWSPENDING', RemoveFromVersionId: SECOND })
  t.strictSame(await stages(client), { [FIRST]: ['AWSCURRENT', 'FREE'] })
})

test('a version and a label that do not belong together are refused', async t => {
  const client = await start(t)
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'second', ClientRequestToken: SECOND }))
  t.match(await client.send(new GetSecretValueCommand({ SecretId, VersionId: FIRST, VersionStage: 'AWSPREVIOUS' })), { SecretString: 'first' })
  await t.rejects(client.send(new GetSecretValueCommand({ SecretId, VersionId: FIRST, VersionStage: 'AWSCURRENT' })), { name: 'InvalidRequestException' })
  await t.rejects(client.send(new GetSecretValueCommand({ SecretId, VersionId: THIRD })), { name: 'ResourceNotFoundException' })
})

test('an update gives a new current value, and refuses a token that is taken', async t => {
  const client = await start(t)
  t.match(await client.send(new UpdateSecretCommand({ SecretId, Description: 'new', SecretString: 'second', ClientRequestToken: SECOND })), { VersionId: SECOND })
  t.strictSame(await stages(client), { [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT'] })
  await t.rejects(client.send(new UpdateSecretCommand({ SecretId, SecretString: 'second', ClientRequestToken: SECOND })), { name: 'ResourceExistsException' })
  t.equal((await client.send(new UpdateSecretCommand({ SecretId, Description: 'newer' }))).VersionId, undefined)
  t.match(await client.send(new DescribeSecretCommand({ SecretId })), { Description: 'newer' })
})

test('versions are listed in pages, those without labels on request', async t => {
  const client = await start(t)
  for (const id of [SECOND, THIRD]) await client.send(new PutSecretValueCommand({ SecretId, SecretString: id, ClientRequestToken: id }))
  const { Versions } = await client.send(new ListSecretVersionIdsCommand({ SecretId }))
  t.match(Versions, [{ VersionId: SECOND, VersionStages: ['AWSPREVIOUS'] }, { VersionId: THIRD, VersionStages: ['AWSCURRENT'] }])
  const one = await client.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true, MaxResults: 2 }))
  t.strictSame(one.Versions?.map(({ VersionId }) => VersionId), [FIRST, SECOND])
  const two = await client.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true, MaxResults: 2, NextToken: one.NextToken }))
  t.strictSame(two.Versions?.map(({ VersionId }) => VersionId), [THIRD])
  t.equal(two.NextToken, undefined)
  await t.rejects(client.send(new ListSecretVersionIdsCommand({ SecretId, NextToken: 'made up' })), { name: 'InvalidNextTokenException' })
})

test('a hundred versions are kept, and none of the last 24 hours is removed for a new one', async t => {
  const clock = createFakeClock()
  const { client } = await connect(t, { clock })
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'first', ClientRequestToken: FIRST }))
  for (let count = 1; count < 100; count++) await client.send(new PutSecretValueCommand({ SecretId, SecretString: `value ${count}` }))
  await t.rejects(client.send(new PutSecretValueCommand({ SecretId, SecretString: 'too many' })), { name: 'LimitExceededException' })
  await clock.advance(24 * 60 * 60 * 1000)
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'a day later' }))
  await t.rejects(client.send(new GetSecretValueCommand({ SecretId, VersionId: FIRST })), { name: 'ResourceNotFoundException' }, 'the oldest has gone')
})
