import t from 'tap'
import { createSecretManager, type SecretSet } from '../../src/index.ts'
import { stage } from '../../src/rotation/phases.ts'
import { load, SECRET_ID, startBench } from '../fixtures/aws.ts'
import { rejection } from '../fixtures/rejection.ts'
import { NOW, sampleVersion } from '../fixtures/samples.ts'

t.setTimeout(90_000)

const UNAVAILABLE = 'KEYTURN_SECRET_SOURCE_UNAVAILABLE'
const DENIED = 'KEYTURN_SECRET_SOURCE_DENIED'
const FAILED = 'KEYTURN_SECRET_SOURCE_FAILED'
const DELETION = 'KEYTURN_SECRET_DELETION_SCHEDULED'

/** Only a server that never answers needs an impatient provider; elsewhere a busy machine must not look like an outage. */
const limitFor = (effect: Effect, timeoutMs: number): { timeoutMs: number } => ({ timeoutMs: 'answer' in effect ? timeoutMs : 30_000 })

type Effect = Parameters<Awaited<ReturnType<typeof startBench>>['server']['fail']>[0]['effect']

const TRANSIENT: Record<string, Effect> = {
  throttling: { error: 'ThrottlingException' },
  'too many requests': { error: 'TooManyRequestsException', status: 429 },
  'internal error': { error: 'InternalServiceError' },
  'service unavailable': { error: 'ServiceUnavailable' },
  'an unknown answer of 502': { error: 'BadGateway', status: 502 },
  'a broken connection': { disconnect: 'before' },
  'no answer': { answer: 'never' },
}

const LASTING: Record<string, [Effect, string]> = {
  'access denied': [{ error: 'AccessDeniedException', message: 'User: arn:aws:iam::1:user/x is not authorized' }, DENIED],
  'unknown caller': [{ error: 'UnrecognizedClientException' }, DENIED],
  'expired token': [{ error: 'ExpiredTokenException' }, DENIED],
  'decryption failure': [{ error: 'DecryptionFailure' }, FAILED],
  'encryption failure': [{ error: 'EncryptionFailure' }, FAILED],
  'invalid parameter': [{ error: 'InvalidParameterException' }, FAILED],
  'invalid request': [{ error: 'InvalidRequestException', message: 'You performed the operation on a managed secret.' }, FAILED],
  'deletion scheduled': [{ error: 'InvalidRequestException', message: 'You tried to perform the operation on a secret that is marked for deletion.' }, DELETION],
  'a quota': [{ error: 'LimitExceededException' }, FAILED],
  'a wrong clock': [{ error: 'RequestTimeTooSkewed' }, FAILED],
  'an unknown answer of 400': [{ error: 'SomethingNewException' }, FAILED],
}

t.test('what passes is waited out, and a start then goes on', async (t) => {
  for (const [name, effect] of Object.entries(TRANSIENT)) {
    const { server, connect } = await startBench(t)
    const provider = connect(limitFor(effect, 500))
    const end = server.fail({ effect })
    await t.rejects(provider.load(), { code: UNAVAILABLE, message: /No secret was created/ }, name)
    await t.rejects(async () => provider.create?.(sampleVersion()), { code: UNAVAILABLE }, `${name}, at creation`)
    const starting = createSecretManager({ providers: [provider], environment: 'production' })
    setTimeout(end, 300)
    const manager = await starting
    t.equal(manager.status().keys.length, 1, `${name}: started`)
    t.equal(server.calls.filter(({ operation, outcome }) => operation === 'CreateSecret' && outcome === 'ok').length, 1)
    await manager.close()
  }
})

t.test('what lasts is told at once, with what to do', async (t) => {
  for (const [name, [effect, code]] of Object.entries(LASTING)) {
    const { server, connect } = await startBench(t)
    const provider = connect()
    server.fail({ effect })
    await t.rejects(provider.load(), { code }, name)
    await t.rejects(async () => provider.create?.(sampleVersion()), { code }, `${name}, at creation`)
    server.forgetCalls()
    const startedAt = performance.now()
    for (const environment of ['production', 'development']) {
      await t.rejects(createSecretManager({ providers: [connect()], environment }), { code }, `${name}: does not start in ${environment}`)
    }
    t.ok(performance.now() - startedAt < 25_000, 'and not after the time that a start waits for an outage to pass')
    t.equal(server.count('CreateSecret') + server.count('PutSecretValue'), 0, 'and nothing is created')
  }
})

t.test('never a creation after an outage, in any environment', async (t) => {
  for (const [name, effect] of Object.entries(TRANSIENT)) {
    const { server, connect } = await startBench(t)
    server.fail({ operation: ['DescribeSecret', 'GetSecretValue'], effect })
    for (const environment of ['production', 'development']) {
      const start = createSecretManager({ providers: [connect(limitFor(effect, 100))], environment, startTimeoutMs: 0 })
      await t.rejects(start, { code: UNAVAILABLE }, `${name} in ${environment}`)
    }
    t.equal(server.count('CreateSecret') + server.count('PutSecretValue'), 0)
  }
})

t.test('a value that cannot be fetched is an outage too', async (t) => {
  const { server, connect } = await startBench(t)
  await connect().create?.(sampleVersion())
  server.fail({ operation: 'GetSecretValue', effect: { error: 'ResourceNotFoundException' } })
  await t.rejects(connect().load(), { code: UNAVAILABLE, message: /cannot be read yet/ })
})

t.test('a secret scheduled for deletion is neither read nor made anew, and the remedy is named', async (t) => {
  const { server, connect, deleteSecret } = await startBench(t)
  const provider = connect()
  const set = (await provider.create?.(sampleVersion())) as SecretSet
  await deleteSecret()
  server.forgetCalls()
  const error = { code: DELETION, message: new RegExp(`aws secretsmanager restore-secret --secret-id ${SECRET_ID}`) }
  await t.rejects(provider.load(), error)
  await t.rejects(async () => connect().create?.(sampleVersion()), error)
  await t.rejects(async () => provider.replace?.(stage(set, NOW), set), error)
  await t.rejects(createSecretManager({ providers: [connect()], environment: 'development' }), error)
})

t.test('a reader without the right to write goes on reading, and says what it lacks', async (t) => {
  const { server, connect } = await startBench(t)
  await connect().create?.(sampleVersion())
  server.allowOnly('AKIAREADER', ['DescribeSecret', 'GetSecretValue'])
  const reader = connect({ credentials: { accessKeyId: 'AKIAREADER', secretAccessKey: 'x'.repeat(40) } })
  const set = await load(reader)
  await t.rejects(async () => reader.replace?.(stage(set, NOW), set), { code: DENIED, message: /allow secretsmanager:PutSecretValue/ })
  t.ok(await reader.load())
})

t.test('a rotation that fails leaves what was there', async (t) => {
  for (const operation of ['PutSecretValue', 'UpdateSecretVersionStage'] as const) {
    for (const effect of [...Object.values(TRANSIENT), { error: 'AccessDeniedException' }, { error: 'LimitExceededException' }]) {
      const { server, connect } = await startBench(t)
      const provider = connect(limitFor(effect, 2000))
      const set = (await provider.create?.(sampleVersion())) as SecretSet
      const end = server.fail({ operation, effect })
      await t.rejects(async () => provider.replace?.(stage(set, NOW), set))
      end()
      t.strictSame((await load(connect())).versions.map(({ id }) => id), set.versions.map(({ id }) => id))
      t.equal(await provider.replace?.(stage(set, NOW), set), 'replaced', 'and it can be tried again')
    }
  }
})

t.test('no error holds the secret, and none has a cause', async (t) => {
  const { server, connect, createSecret } = await startBench(t)
  const text = 'a secret text that must not be told to anybody'
  await createSecret(`{"broken": "${text}`)
  const errors = [await rejection(connect().load())]
  server.fail({ effect: { error: 'AccessDeniedException', message: text } })
  errors.push(await rejection(connect().load()))
  for (const error of errors) {
    const { inspect } = await import('node:util')
    t.notMatch(inspect(error, { depth: 9, showHidden: true }), text)
    t.equal(error.cause, undefined)
  }
})
