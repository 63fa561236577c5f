import { createCookieSigner } from '@keyturn/token-crypto'
import t from 'tap'
import { createEnvironmentProvider, createEphemeralProvider, createSecretManager, createStaticProvider } from '../src/index.ts'
import { createTestClock, manage } from './fixtures/managed.ts'
import { createScriptedProvider, DAY, NOW, sampleText, sampleVersion } from './fixtures/samples.ts'

t.setTimeout(30_000)

t.test('a secret that is there is loaded, and the log says from where, never what', async (t) => {
  const secret = sampleText()
  const lines: unknown[] = []
  const record = (...line: unknown[]): unknown => lines.push(line)
  const { manager } = await manage({
    providers: [createEnvironmentProvider({ env: { SESSION_SECRET: secret } })],
    logger: { info: record, warn: record, error: record },
    clock: createTestClock(),
  })
  t.equal(manager.origin, 'environment SESSION_SECRET')
  t.match(lines, [[{ secretEvent: 'loaded', origin: 'environment SESSION_SECRET' }, 'session secret loaded']])
  t.notMatch(JSON.stringify(lines), secret)
  t.match(manager.status(), { ephemeral: false, writable: false, age: 'unknown', failures: 0 })
  t.notOk('primaryAgeMs' in manager.status())
  await manager.close()
})

t.test('none has one: it is made in the first source that can keep it', async (t) => {
  const source = createScriptedProvider()
  const { manager, takeEvents } = await manage({
    providers: [createEnvironmentProvider({ env: {} }), source],
    clock: createTestClock(),
  })
  t.strictSame(takeEvents(), ['created'])
  t.match(source.set?.versions, [{ id: manager.status().primaryKeyId, createdAt: NOW }])
  t.match(manager.status(), { origin: 'scripted', writable: true, primaryAgeMs: 0, age: 'fresh' })
  await manager.close()
})

t.test('production without a secret does not start', async (t) => {
  for (const environment of ['production', 'staging', 'prod', 'Development']) {
    const providers = [createEnvironmentProvider({ env: {} })]
    await t.rejects(createSecretManager({ providers, environment }), { code: 'KEYTURN_SECRET_MISSING' }, environment)
  }
  const source = createScriptedProvider()
  const providers = [source]
  await t.rejects(createSecretManager({ providers, environment: 'production', create: false }), { code: 'KEYTURN_SECRET_MISSING' })
  t.equal(source.creates, 0)
})

t.test('development without a secret runs on an ephemeral one, with a warning', async (t) => {
  for (const environment of ['development', 'test']) {
    const written: string[] = []
    const notices = { write: (text: string) => written.push(text) }
    const { manager } = await manage({
      providers: [createEnvironmentProvider({ env: {} })],
      environment,
      notices,
      clock: createTestClock(),
    })
    t.match(manager, { ephemeral: true, writable: true, origin: 'memory of this process' })
    t.match(written.map((line) => JSON.parse(line)), [{ level: 'warn', notice: 'ephemeral-secret', time: '2026-01-01T00:00:00.000Z' }])
    t.ok(manager.announceSealedData([{ place: 'sessions', count: 2 }, { place: 'accounts.token', count: 0 }]))
    t.match(JSON.parse(written[1] ?? ''), { notice: 'data-loss', msg: /Found: 2 in sessions\./ })
    t.notOk(manager.announceSealedData([{ place: 'sessions', count: 0 }]))
    t.equal(written.length, 2)
    await manager.close()
  }
})

t.test('development with a place to keep a secret makes one there', async (t) => {
  const source = createScriptedProvider()
  const { manager } = await manage({ providers: [source], environment: 'development', clock: createTestClock() })
  t.match(manager, { ephemeral: false, origin: 'scripted' })
  t.notOk(manager.announceSealedData([{ place: 'sessions', count: 2 }]))
  await manager.close()
})

t.test('a weak secret is refused everywhere, also in development', async (t) => {
  const weak = createStaticProvider({ secret: 'keyboard cat' })
  const error = { code: 'KEYTURN_SECRET_REFUSED', message: /configuration, primary key/ }
  await t.rejects(createSecretManager({ providers: [weak], environment: 'development' }), error)
})

t.test('an outage is waited out, and never becomes a new secret', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider({ versions: [sampleVersion()], origin: 'scripted' })
  source.before = () => {
    if (clock.now() < NOW + 10_000) throw Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' })
  }
  const starting = manage({ providers: [source], clock })
  for (let i = 0; i < 15; i++) await clock.advance(1000)
  const { manager, takeEvents } = await starting
  t.strictSame(takeEvents(), ['loaded'])
  t.equal(source.creates, 0)
  await manager.close()
})

t.test('an outage that lasts ends the start with the reason, in development too', async (t) => {
  for (const environment of ['production', 'development']) {
    const clock = createTestClock()
    const source = createScriptedProvider()
    source.before = () => {
      throw Object.assign(new Error(`with ${sampleText()} in it`), { code: 'ECONNREFUSED' })
    }
    const starting = manage({ providers: [source], environment, clock })
    const rejected = t.rejects(starting, {
      code: 'KEYTURN_SECRET_SOURCE_UNAVAILABLE',
      message: 'The secret source scripted is not available: Error ECONNREFUSED. No secret was created in its place.',
    })
    for (let i = 0; i < 31; i++) await clock.advance(1000)
    await rejected
    t.equal(source.creates, 0)
    t.ok(source.loads > 5)
  }
})

t.test('a source that never answers counts as an outage', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider()
  source.before = () => new Promise(() => undefined)
  const starting = manage({ providers: [source], loadTimeoutMs: 2000, startTimeoutMs: 0, clock })
  const rejected = t.rejects(starting, { code: 'KEYTURN_SECRET_SOURCE_UNAVAILABLE', message: /no answer within 2000 ms/ })
  await clock.advance(2000)
  await rejected
})

t.test('a failure that does not pass is told at once', async (t) => {
  const { SecretSourceDeniedError } = await import('../src/index.ts')
  const source = createScriptedProvider()
  source.before = () => {
    throw new SecretSourceDeniedError('scripted', 'Ask for it.')
  }
  await t.rejects(createSecretManager({ providers: [source], environment: 'development' }), { code: 'KEYTURN_SECRET_SOURCE_DENIED' })
  t.equal(source.loads, 1)
})

t.test('a start can be aborted, also while it waits', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider()
  source.before = () => {
    throw new Error('down')
  }
  const ending = new AbortController()
  const starting = manage({ providers: [source], signal: ending.signal, clock })
  const rejected = t.rejects(starting, { message: 'changed my mind' })
  await clock.advance(10)
  ending.abort(new Error('changed my mind'))
  await rejected
  t.equal(clock.pendingTimers, 0)
})

t.test('an abort later closes the manager', async (t) => {
  const clock = createTestClock()
  const ending = new AbortController()
  const { manager, takeEvents } = await manage({ providers: [createEphemeralProvider()], signal: ending.signal, clock })
  ending.abort()
  await new Promise(setImmediate)
  t.strictSame(takeEvents(), ['created', 'closed'])
  t.equal(clock.pendingTimers, 0)
  await t.rejects(manager.refresh(), { code: 'KEYTURN_SECRET_SOURCE_CLOSED' })
})

t.test('after close the keyring goes on with what it has, and nothing else does', async (t) => {
  const clock = createTestClock()
  const { manager } = await manage({ providers: [createEphemeralProvider()], clock })
  const signer = createCookieSigner(manager.keyring)
  const cookie = signer.sign('id')
  await manager.close()
  await manager.close()
  t.ok(signer.unsign(cookie).valid)
  t.notOk(await manager.keyring.refreshForUnknownKey())
  const uses: Promise<unknown>[] = [manager.rotate(), manager.promote(), manager.retire(), manager.compromise(), manager.refresh()]
  for (const use of uses) {
    await t.rejects(use, { code: 'KEYTURN_SECRET_SOURCE_CLOSED' })
  }
  t.equal(clock.pendingTimers, 0)
})

t.test('legacy secrets of the options are accepted beside those of the source', async (t) => {
  const legacy = { secret: sampleVersion().secret, acceptUntil: NOW + DAY }
  const { manager } = await manage({ providers: [createEphemeralProvider()], legacySecrets: [legacy], clock: createTestClock() })
  t.strictSame(manager.keyring.current.legacySecrets, [legacy])
  t.equal(manager.status().legacySecrets, 1)
  await manager.close()
})

t.test('wrong options are named together', async (t) => {
  const wrong = { providers: [], environment: '', refreshIntervalMs: Number.NaN, graceMs: -1, propagationMs: 1 }
  await t.rejects(createSecretManager(wrong), {
    name: 'TypeError',
    message: /providers is a list.*environment is a text.*refreshIntervalMs is a number.*propagationMs is at least refreshIntervalMs.*graceMs is/,
  })
})
