import { createCookieSigner } from '@keyturn/token-crypto'
import t from 'tap'
import type { SecretSet } from '../../src/index.ts'
import { promote, stage } from '../../src/rotation/phases.ts'
import { createTestClock, manage } from '../fixtures/managed.ts'
import { createScriptedProvider, NOW, sampleVersion } from '../fixtures/samples.ts'

t.setTimeout(30_000)

t.test('the source is looked at again and again, spread over half the interval', async (t) => {
  for (const [random, at] of [[0, 50_000], [0.999_999, 99_999]] as const) {
    const clock = createTestClock()
    const source = createScriptedProvider(sampleSet())
    const { manager } = await manage({ providers: [source], clock, random: () => random })
    t.equal(source.loads, 1)
    await clock.advance(at - 1)
    t.equal(source.loads, 1)
    await clock.advance(2)
    t.equal(source.loads, 2)
    await clock.advance(at + 1)
    t.equal(source.loads, 3)
    await manager.close()
  }
})

t.test('what changed at the source is taken over, and told', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider(sampleSet())
  const { manager, events, takeEvents } = await manage({ providers: [source], clock })
  const signer = createCookieSigner(manager.keyring)
  const old = signer.sign('id')
  takeEvents()
  source.set = rotated(source.set as SecretSet)
  t.equal((await manager.refresh()).primaryKeyId, source.set.versions[1]?.id)
  t.match(signer.unsign(old), { valid: true, renew: true })
  t.match(events, [{ type: 'changed', keys: [{ state: 'retiring' }, { state: 'primary' }] }])
  takeEvents()
  await manager.refresh()
  t.strictSame(takeEvents(), [], 'nothing changed, nothing is told')
  await manager.close()
})

t.test('an unknown signature asks the source at once, once a cooldown', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider(sampleSet())
  const { manager } = await manage({ providers: [source], clock })
  source.set = rotated(source.set as SecretSet)
  const answers = await Promise.all(Array.from({ length: 50 }, () => manager.keyring.refreshForUnknownKey()))
  t.ok(answers.every(Boolean))
  t.equal(source.loads, 2, 'one flight for all')
  t.equal(manager.status().primaryKeyId, source.set.versions[1]?.id)
  t.notOk(await manager.keyring.refreshForUnknownKey())
  t.equal(source.loads, 2)
  await clock.advance(5000)
  await manager.keyring.refreshForUnknownKey()
  t.equal(source.loads, 3)
  await manager.close()
})

t.test('on an outage the last keyring stays, tries go back off, and recovery is told', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider(sampleSet())
  const { manager, takeEvents, events } = await manage({ providers: [source], clock })
  const signer = createCookieSigner(manager.keyring)
  const cookie = signer.sign('id')
  source.before = () => {
    throw Object.assign(new Error('down'), { code: 'ECONNRESET' })
  }
  await clock.advance(100_000)
  const times: number[] = []
  const { loads } = source
  source.before = () => {
    times.push(Math.round((clock.now() - NOW - 100_000) / 1000))
    throw new Error('down')
  }
  await clock.advance(170_000)
  t.strictSame(times, [1, 3, 7, 15, 31, 63, 127], 'one, two, four seconds, then longer')
  t.ok(source.loads > loads)
  t.ok(signer.unsign(cookie).valid)
  t.match(manager.status(), { failures: 8, lastErrorCode: 'KEYTURN_SECRET_SOURCE_UNAVAILABLE', lastLoadedAt: NOW })
  await t.rejects(manager.refresh(), { code: 'KEYTURN_SECRET_SOURCE_UNAVAILABLE' })
  t.match(events.filter(({ type }) => type === 'refresh-failed'), [{ failures: 1 }, { failures: 2 }])
  takeEvents()
  source.before = () => undefined
  await manager.refresh()
  t.strictSame(takeEvents(), ['recovered'])
  t.match(manager.status(), { failures: 0, lastErrorCode: undefined })
  await manager.close()
})

t.test('a secret that vanishes from its source is an error; nothing is made in its place', async (t) => {
  const source = createScriptedProvider(sampleSet())
  const { manager } = await manage({ providers: [source], environment: 'development', clock: createTestClock() })
  const { primaryKeyId } = manager.status()
  source.set = undefined
  await t.rejects(manager.refresh(), { code: 'KEYTURN_SECRET_VANISHED' })
  await t.rejects(manager.rotate(), { code: 'KEYTURN_SECRET_VANISHED' })
  t.equal(source.creates, 0)
  t.equal(manager.status().primaryKeyId, primaryKeyId)
  await manager.close()
})

t.test('a weak secret that appears at the source is refused, and the good one stays', async (t) => {
  const { createSecretVersion, Secret } = await import('@keyturn/token-crypto')
  const source = createScriptedProvider(sampleSet())
  const { manager } = await manage({ providers: [source], clock: createTestClock() })
  const { primaryKeyId } = manager.status()
  source.set = {
    versions: [createSecretVersion({ secret: Secret.fromText('changeme'), state: 'primary', createdAt: NOW })],
    origin: 'scripted',
  }
  await t.rejects(manager.refresh(), { code: 'KEYTURN_SECRET_REFUSED' })
  t.equal(manager.status().primaryKeyId, primaryKeyId)
  t.equal(manager.keyring.current.versions[0]?.id, primaryKeyId)
  await manager.close()
})

t.test('a source that lags behind does not undo our own rotation', async (t) => {
  const clock = createTestClock()
  const source = createScriptedProvider(sampleSet())
  const { manager } = await manage({ providers: [source], clock })
  const stale = source.set as SecretSet
  const load = source.load.bind(source)
  source.load = async (options) => (clock.now() < NOW + 30_000 ? stale : load(options))
  const { primaryKeyId } = await manager.rotate({ mode: 'immediate' })
  t.equal(manager.status().primaryKeyId, primaryKeyId)
  await manager.refresh()
  t.equal(manager.status().primaryKeyId, primaryKeyId)
  const second = await manager.rotate({ mode: 'immediate' })
  t.equal(manager.status().primaryKeyId, second.primaryKeyId, 'and a second one builds on the first')
  t.equal(manager.status().keys.length, 3)
  await clock.advance(30_000)
  await manager.refresh()
  t.equal(manager.status().primaryKeyId, second.primaryKeyId)
  await manager.close()
})

t.test('a slow answer to an older question does not undo a newer one', async (t) => {
  const source = createScriptedProvider(sampleSet())
  const { manager } = await manage({ providers: [source], clock: createTestClock() })
  const stale = source.set as SecretSet
  const load = source.load.bind(source)
  const slow = Promise.withResolvers<SecretSet>()
  source.load = () => slow.promise
  const early = manager.refresh()
  source.load = load
  source.set = rotated(stale)
  await manager.rotate()
  slow.resolve(stale)
  await early
  t.equal(manager.status().keys.length, 3)
  await manager.close()
})

t.test('a watcher makes a change known at once', async (t) => {
  const source = createScriptedProvider(sampleSet())
  const listeners = new Set<() => void>()
  const watching = {
    ...source,
    supports: { ...source.supports, watch: true },
    load: () => Promise.resolve(source.set),
    watch(onChange: () => void) {
      listeners.add(onChange)
      return () => void listeners.delete(onChange)
    },
  }
  const { manager } = await manage({ providers: [watching], clock: createTestClock() })
  source.set = rotated(source.set as SecretSet)
  for (const tell of listeners) tell()
  await new Promise(setImmediate)
  t.equal(manager.status().primaryKeyId, source.set.versions[1]?.id)
  await manager.close()
  t.equal(listeners.size, 0)
})

t.test('a faulty listener keeps nothing from happening', async (t) => {
  const { manager, takeEvents } = await manage({ providers: [createScriptedProvider(sampleSet())], clock: createTestClock() })
  const warnings: unknown[] = []
  const warn = (warning: unknown): unknown => warnings.push(warning)
  process.on('warning', warn)
  manager.onEvent(() => {
    throw new Error('listener failed')
  })
  takeEvents()
  await manager.rotate({ mode: 'immediate' })
  t.strictSame(takeEvents(), ['changed', 'promoted'])
  await new Promise(setImmediate)
  process.off('warning', warn)
  t.match(warnings, [{ message: 'listener failed' }, { message: 'listener failed' }])
  await manager.close()
})

function sampleSet(): SecretSet {
  return { versions: [sampleVersion()], origin: 'scripted' }
}

function rotated(set: SecretSet): SecretSet {
  return promote(stage(set, NOW), { now: NOW, graceMs: 86_400_000 })
}
