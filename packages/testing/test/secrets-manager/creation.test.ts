import { CreateSecretCommand, DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { test } from 'tap'
import { spawnNode } from '../../src/processes/index.ts'
import { connect, FIRST, SECOND } from './fixtures/connect.ts'

test('a created secret has its value as its current version', async t => {
  const { client } = await connect(t)
  const created = await client.send(new CreateSecretCommand({ Name: 'app/session', SecretString: 'value', Description: 'sessions', Tags: [{ Key: 'a', Value: 'b' }], ClientRequestToken: FIRST }))
  t.match(created, { ARN: /^arn:aws:secretsmanager:us-east-1:123456789012:secret:app\/session-\w{6}$/, Name: 'app/session', VersionId: FIRST })

  const read = await client.send(new GetSecretValueCommand({ SecretId: 'app/session' }))
  t.match(read, { SecretString: 'value', VersionId: FIRST, VersionStages: ['AWSCURRENT'] })
  t.ok(Math.abs(Number(read.CreatedDate) - Date.now()) < 60_000, 'dates are epoch seconds')
  const described = await client.send(new DescribeSecretCommand({ SecretId: 'app/session' }))
  t.match(described, { Description: 'sessions', Tags: [{ Key: 'a', Value: 'b' }], VersionIdsToStages: { [FIRST]: ['AWSCURRENT'] } })
  t.notMatch(described, { DeletedDate: Date })
})

test('the SDK gives a token where the caller gives none', async t => {
  const { client } = await connect(t)
  const { VersionId } = await client.send(new CreateSecretCommand({ Name: 'one', SecretString: 'value' }))
  t.match(VersionId, /^[\da-f-]{36}$/)
})

test('a secret is found by name, by ARN and by ARN without its random end', async t => {
  const { client } = await connect(t, { region: 'eu-central-1' })
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'one', SecretString: 'value' }))
  t.match(ARN, /:eu-central-1:/)
  for (const SecretId of ['one', ARN, ARN.slice(0, -7)]) {
    t.match(await client.send(new GetSecretValueCommand({ SecretId })), { SecretString: 'value' })
  }
  await t.rejects(client.send(new GetSecretValueCommand({ SecretId: 'on' })), { name: 'ResourceNotFoundException' })
})

test('a name that is taken is refused, unless token and value are those of its version', async t => {
  const { client } = await connect(t)
  const create = { Name: 'one', SecretString: 'value', ClientRequestToken: FIRST }
  const first = await client.send(new CreateSecretCommand(create))
  const again = await client.send(new CreateSecretCommand(create))
  t.equal(again.ARN, first.ARN)
  await t.rejects(client.send(new CreateSecretCommand({ ...create, SecretString: 'other' })), { name: 'ResourceExistsException' })
  await t.rejects(client.send(new CreateSecretCommand({ ...create, ClientRequestToken: SECOND })), { name: 'ResourceExistsException' })
})

test('a secret without a value exists, and its value is not found', async t => {
  const { client } = await connect(t)
  const created = await client.send(new CreateSecretCommand({ Name: 'empty' }))
  t.equal(created.VersionId, undefined)
  t.equal((await client.send(new DescribeSecretCommand({ SecretId: 'empty' }))).VersionIdsToStages, undefined)
  await t.rejects(client.send(new GetSecretValueCommand({ SecretId: 'empty' })), { name: 'ResourceNotFoundException', message: /staging label: AWSCURRENT/ })
  await t.rejects(client.send(new DescribeSecretCommand({ SecretId: 'absent' })), { name: 'ResourceNotFoundException' })
})

test('binary values come back as the same bytes', async t => {
  const { client } = await connect(t)
  const SecretBinary = Buffer.from([0, 1, 2, 254, 255])
  await client.send(new CreateSecretCommand({ Name: 'bytes', SecretBinary }))
  const read = await client.send(new GetSecretValueCommand({ SecretId: 'bytes' }))
  t.equal(read.SecretString, undefined)
  t.ok(SecretBinary.equals(read.SecretBinary ?? Buffer.alloc(0)))
})

test('what the service does not take is refused', async t => {
  const { client } = await connect(t)
  const refused = { name: 'InvalidParameterException' }
  await t.rejects(client.send(new CreateSecretCommand({ Name: 'with space', SecretString: 'x' })), refused)
  await t.rejects(client.send(new CreateSecretCommand({ Name: '', SecretString: 'x' })), refused)
  await t.rejects(client.send(new CreateSecretCommand({ Name: 'a', SecretString: 'x', ClientRequestToken: 'short' })), refused)
  await t.rejects(client.send(new CreateSecretCommand({ Name: 'a', SecretString: 'x', SecretBinary: Buffer.from('x') })), refused)
  await t.rejects(client.send(new CreateSecretCommand({ Name: 'a', SecretString: 'x'.repeat(65_537) })), refused)
  await client.send(new CreateSecretCommand({ Name: 'a', SecretString: 'x'.repeat(65_536) }))
})

test('many processes that create one secret at once end with one value', async t => {
  const { server } = await connect(t)
  const children = await Promise.all(Array.from({ length: 6 }, () => spawnNode(new URL('./fixtures/creates.ts', import.meta.url), { env: server.env })))
  const values = await Promise.all(children.map(child => child.nextMessage()))
  await Promise.all(children.map(child => child.waitForExit()))
  t.equal(new Set(values).size, 1)
  t.match(values[0], /^value of \d+$/)
  t.equal(server.count('CreateSecret'), 6)
})

test('a client without credentials, and an operation that is not there, are refused', async t => {
  const { server } = await connect(t)
  const unsigned = await fetch(server.url, { method: 'POST', headers: { 'x-amz-target': 'secretsmanager.ListSecrets' }, body: '{}' })
  t.equal(unsigned.status, 400)
  t.match(await unsigned.json(), { __type: 'MissingAuthenticationTokenException' })
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=00'
  const unknown = await fetch(server.url, { method: 'POST', headers: { authorization, 'x-amz-target': 'secretsmanager.constructor' }, body: '{}' })
  t.match(await unknown.json(), { __type: 'UnknownOperationException' })
  const broken = await fetch(server.url, { method: 'POST', headers: { authorization, 'x-amz-target': 'secretsmanager.ListSecrets' }, body: '[' })
  t.match(await broken.json(), { __type: 'SerializationException' })
})

test('region and access key of each call are known', async t => {
  const { server } = await connect(t)
  const client = new SecretsManagerClient({ endpoint: server.url, region: 'eu-west-3', credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' } })
  t.teardown(() => client.destroy())
  await client.send(new CreateSecretCommand({ Name: 'one', SecretString: 'value' }))
  t.match(server.calls, [{ operation: 'CreateSecret', secretId: 'one', accessKeyId: 'AKIAOTHER', region: 'eu-west-3', outcome: 'ok' }])
  server.forgetCalls()
  t.equal(server.count(), 0)
})
