import {
  CreateSecretCommand, DescribeSecretCommand, GetSecretValueCommand, ListSecretsCommand, PutSecretValueCommand, SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { test } from 'tap'
import { createFakeClock } from '../../src/clock/index.ts'
import { startProxy } from '../../src/proxy/index.ts'
import { connect, FIRST, SECOND } from './fixtures/connect.ts'

const SecretId = 'one'

test('throttling for a number of calls: the SDK tries again and gets through', async t => {
  const { server } = await connect(t)
  const client = new SecretsManagerClient(server.clientConfig)
  t.teardown(() => client.destroy())
  server.fail({ operation: 'CreateSecret', times: 2, effect: { error: 'ThrottlingException' } })
  const { $metadata } = await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value' }))
  t.equal($metadata.attempts, 3)
  t.strictSame(server.calls.map(({ outcome }) => outcome), ['ThrottlingException', 'ThrottlingException', 'ok'])
})

test('each error comes to the client as the SDK knows it, with its status', async t => {
  const { server, client } = await connect(t)
  for (const [error, status] of [
    ['AccessDeniedException', 400], ['DecryptionFailure', 400], ['InternalServiceError', 500], ['ServiceUnavailable', 503], ['LimitExceededException', 400],
  ] as const) {
    const heal = server.fail({ effect: { error } })
    await t.rejects(client.send(new ListSecretsCommand({})), { name: error, $metadata: { httpStatusCode: status } })
    heal()
  }
  await client.send(new ListSecretsCommand({}))
})

test('a fault strikes only what it names, after as many calls as it says', async t => {
  const { server, client } = await connect(t)
  for (const Name of ['one', 'two']) await client.send(new CreateSecretCommand({ Name, SecretString: 'value' }))
  server.fail({ operation: ['GetSecretValue', 'PutSecretValue'], secretId: 'one', after: 1, times: 1, effect: { error: 'InternalServiceError' } })
  await client.send(new GetSecretValueCommand({ SecretId: 'one' }))
  await client.send(new GetSecretValueCommand({ SecretId: 'two' }))
  await client.send(new DescribeSecretCommand({ SecretId: 'one' }))
  await t.rejects(client.send(new PutSecretValueCommand({ SecretId: 'one', SecretString: 'x' })), { name: 'InternalServiceError' })
  await client.send(new GetSecretValueCommand({ SecretId: 'one' }))
})

test('an answer that is lost leaves the work done; a connection that breaks before leaves it undone', async t => {
  const { server, client } = await connect(t)
  server.fail({ operation: 'CreateSecret', times: 1, effect: { disconnect: 'before' } })
  await t.rejects(client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value' })))
  await t.rejects(client.send(new DescribeSecretCommand({ SecretId })), { name: 'ResourceNotFoundException' })
  server.fail({ operation: 'CreateSecret', times: 1, effect: { disconnect: 'after' } })
  await t.rejects(client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value' })))
  t.match(await client.send(new GetSecretValueCommand({ SecretId })), { SecretString: 'value' })
  t.strictSame(server.calls.map(({ outcome }) => outcome), ['disconnected', 'ResourceNotFoundException', 'disconnected', 'ok'])
})

test('latency delays the answer, not the effect', async t => {
  const { server, client } = await connect(t)
  const heal = server.fail({ operation: 'CreateSecret', effect: { latencyMs: 300 } })
  const start = performance.now()
  const created = client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value' }))
  while (server.count('CreateSecret') === 0) await new Promise(resolve => setTimeout(resolve, 5))
  await client.send(new DescribeSecretCommand({ SecretId }))
  await created
  t.ok(performance.now() - start >= 295)
  heal()
})

test('a server that never answers is given up by the client\'s own signal', async t => {
  const { server, client } = await connect(t)
  server.fail({ effect: { answer: 'never' } })
  await t.rejects(client.send(new ListSecretsCommand({}), { abortSignal: AbortSignal.timeout(100) }), { name: 'AbortError' })
  server.heal()
  await client.send(new ListSecretsCommand({}))
})

test('an access key with a policy may do nothing else', async t => {
  const { server, client } = await connect(t)
  const reader = new SecretsManagerClient({ ...server.clientConfig, maxAttempts: 1, credentials: { accessKeyId: 'AKIAREADER', secretAccessKey: 'x' } })
  t.teardown(() => reader.destroy())
  server.allowOnly('AKIAREADER', ['GetSecretValue', 'DescribeSecret'])
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'value' }))
  t.match(await reader.send(new GetSecretValueCommand({ SecretId })), { SecretString: 'value' })
  await t.rejects(reader.send(new PutSecretValueCommand({ SecretId, SecretString: 'x' })), { name: 'AccessDeniedException', message: /AKIAREADER is not authorized to perform: secretsmanager:PutSecretValue/ })
  t.match(await client.send(new GetSecretValueCommand({ SecretId })), { SecretString: 'value' })
})

test('reads lag behind writes, while writes see the latest state', async t => {
  const clock = createFakeClock()
  const { server, client } = await connect(t, { clock })
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'first', ClientRequestToken: FIRST }))
  server.setReadLag({ ms: 400 })
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'second', ClientRequestToken: SECOND }))
  t.match(await client.send(new GetSecretValueCommand({ SecretId })), { SecretString: 'first' })
  await t.rejects(client.send(new PutSecretValueCommand({ SecretId, SecretString: 'other', ClientRequestToken: SECOND })), { name: 'ResourceExistsException' })
  await client.send(new CreateSecretCommand({ Name: 'fresh', SecretString: 'x' }))
  await t.rejects(client.send(new DescribeSecretCommand({ SecretId: 'fresh' })), { name: 'ResourceNotFoundException' })
  await t.rejects(client.send(new CreateSecretCommand({ Name: 'fresh', SecretString: 'y' })), { name: 'ResourceExistsException' })
  await clock.advance(400)
  t.match(await client.send(new GetSecretValueCommand({ SecretId })), { SecretString: 'second' })
  await client.send(new DescribeSecretCommand({ SecretId: 'fresh' }))
})

test('with varying lag a later read may see an older state', async t => {
  const { server, client } = await connect(t)
  server.setReadLag({ ms: 60_000, spread: 'varying' })
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'first', ClientRequestToken: FIRST }))
  const seen = await Promise.all(Array.from({ length: 40 }, () =>
    client.send(new GetSecretValueCommand({ SecretId })).then(() => 'there', () => 'not there')))
  t.ok(seen.includes('not there'))
  server.setReadLag({ ms: 0 })
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'first', ClientRequestToken: SECOND }))
  t.match(await client.send(new GetSecretValueCommand({ SecretId })), { SecretString: 'first' })
  t.throws(() => server.setReadLag({ ms: Number.NaN }), TypeError)
})

test('behind a proxy that is cut, the client sees a network error', async t => {
  const { server } = await connect(t)
  await using proxy = await startProxy({ port: server.port })
  const client = new SecretsManagerClient({ ...server.clientConfig, endpoint: proxy.url(server.url), maxAttempts: 1 })
  t.teardown(() => client.destroy())
  await client.send(new ListSecretsCommand({}))
  await proxy.cut()
  await t.rejects(client.send(new ListSecretsCommand({})), { code: /ECONNRE/ })
  await proxy.restore()
  await client.send(new ListSecretsCommand({}))
})
