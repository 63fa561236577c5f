import {
  CreateSecretCommand, DeleteSecretCommand, DescribeSecretCommand, GetSecretValueCommand, ListSecretsCommand, PutSecretValueCommand, RestoreSecretCommand, UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import type { ListSecretsCommandInput } from '@aws-sdk/client-secrets-manager'
import { test } from 'tap'
import { createFakeClock } from '../../src/clock/index.ts'
import { connect, FIRST } from './fixtures/connect.ts'

const SecretId = 'one'
const DAY_MS = 24 * 60 * 60 * 1000

test('a secret that is scheduled for deletion is described, but neither read, written nor created', async t => {
  const clock = createFakeClock()
  const { client } = await connect(t, { clock })
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value', ClientRequestToken: FIRST }))
  const { DeletionDate } = await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }))
  t.equal(Number(DeletionDate), clock.now() + 7 * DAY_MS)
  t.match(await client.send(new DescribeSecretCommand({ SecretId })), { DeletedDate: Date })

  const refused = { name: 'InvalidRequestException' }
  await t.rejects(client.send(new GetSecretValueCommand({ SecretId })), refused)
  await t.rejects(client.send(new PutSecretValueCommand({ SecretId, SecretString: 'x' })), refused)
  await t.rejects(client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'X', MoveToVersionId: FIRST })), refused)
  await t.rejects(client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value', ClientRequestToken: FIRST })), refused)
  await t.rejects(client.send(new DeleteSecretCommand({ SecretId })), refused)
})

test('restored in time it is as it was; after the window it is gone and its name is free', async t => {
  const clock = createFakeClock()
  const { client } = await connect(t, { clock })
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value' }))
  await client.send(new DeleteSecretCommand({ SecretId }))
  await clock.advance(29 * DAY_MS)
  await client.send(new RestoreSecretCommand({ SecretId }))
  t.match(await client.send(new GetSecretValueCommand({ SecretId })), { SecretString: 'value' })
  t.equal((await client.send(new DescribeSecretCommand({ SecretId }))).DeletedDate, undefined)

  await client.send(new DeleteSecretCommand({ SecretId }))
  await clock.advance(30 * DAY_MS)
  await t.rejects(client.send(new RestoreSecretCommand({ SecretId })), { name: 'ResourceNotFoundException' })
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'new life' }))
})

test('deletion without recovery is at once, and no error for what is not there', async t => {
  const { client } = await connect(t)
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value' }))
  await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }))
  await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }))
  await t.rejects(client.send(new DescribeSecretCommand({ SecretId })), { name: 'ResourceNotFoundException' })
  await t.rejects(client.send(new DeleteSecretCommand({ SecretId })), { name: 'ResourceNotFoundException' })
})

test('a window that is too short or comes with force is refused', async t => {
  const { client } = await connect(t)
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value' }))
  const refused = { name: 'InvalidParameterException' }
  await t.rejects(client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 6 })), refused)
  await t.rejects(client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true })), refused)
})

test('secrets are listed by creation, filtered, in pages, and without those that are to go', async t => {
  const { client } = await connect(t)
  for (const Name of ['app/a', 'app/b', 'other', 'app/gone']) {
    await client.send(new CreateSecretCommand({ Name, SecretString: 'value', Description: `of ${Name}`, Tags: [{ Key: 'kind', Value: Name }] }))
  }
  await client.send(new DeleteSecretCommand({ SecretId: 'app/gone' }))
  const names = async (input: ListSecretsCommandInput): Promise<unknown> =>
    (await client.send(new ListSecretsCommand(input))).SecretList?.map(({ Name }) => Name)
  t.strictSame(await names({}), ['app/a', 'app/b', 'other'])
  t.strictSame(await names({ IncludePlannedDeletion: true, SortOrder: 'desc' }), ['app/gone', 'other', 'app/b', 'app/a'])
  t.strictSame(await names({ Filters: [{ Key: 'name', Values: ['app/'] }] }), ['app/a', 'app/b'])
  t.strictSame(await names({ Filters: [{ Key: 'name', Values: ['!app/'] }] }), ['other'])
  t.strictSame(await names({ Filters: [{ Key: 'tag-value', Values: ['other', 'app/a'] }, { Key: 'description', Values: ['of'] }] }), ['app/a', 'other'])
  const page = await client.send(new ListSecretsCommand({ MaxResults: 2 }))
  t.strictSame(await names({ MaxResults: 2, NextToken: page.NextToken }), ['other'])
  t.match(page.SecretList?.[0], { SecretVersionsToStages: Object })
})
