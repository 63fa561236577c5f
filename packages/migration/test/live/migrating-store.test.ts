import { createMemoryStore, type SessionRecord, type SessionStore, toStoreKey } from '@keyturn/session-stores'
import { testConformance } from '@keyturn/session-stores/conformance'
import { createFakeClock } from '@keyturn/testing/clock'
import fc from 'fast-check'
import t, { test } from 'tap'
import { createMigratingStore, type StorePhase } from '../../src/index.ts'
import { createRandom } from '../bulk/simulation/run-process.ts'

const key = toStoreKey('a session')
const memory = () => createMemoryStore({ environment: 'test', maxEntries: 20 })
const expiresAt = Date.now() + 3_600_000

function record(version: number, extra: Partial<SessionRecord> = {}): SessionRecord {
  return { sealed: Buffer.from(`v${version}`), keyId: '0123456789abcdef', version, ownerTag: undefined, createdAt: 1, expiresAt, ...extra }
}

for (const phase of ['from', 'to', 'done'] as const) {
  const clock = createFakeClock()
  const clocked = () => createMemoryStore({ environment: 'test', clock, maxEntries: 2000 })
  testConformance({ test, clock, createStore: () => createMigratingStore({ from: clocked(), to: clocked(), phase, clock }) })

  t.test(`in phase ${phase} a session is written, read, touched and ended as in one store`, async (t) => {
    const [from, to] = [memory(), memory()]
    const store = createMigratingStore({ from, to, phase })
    t.equal(await store.put(key, record(1), 'absent'), 'stored')
    t.equal(await store.put(key, record(1), 'absent'), 'conflict')
    t.equal(await store.put(key, record(2), 1), 'stored')
    t.equal((await from.get(key))?.version, phase === 'done' ? undefined : 2)
    t.equal((await to.get(key))?.version, 2)
    t.equal(await store.touch(key, expiresAt + 5000), true)
    t.equal((await to.get(key))?.expiresAt, expiresAt + 5000)
    await store.destroy(key)
    t.same([await from.get(key), await to.get(key), await store.get(key)], [undefined, undefined, undefined])
    t.equal(await store.put(key, record(3), 2), 'gone')
  })
}

t.test('the new store fetches what only the old one has, with its expiry, and writes go on from there', async (t) => {
  const [from, to] = [memory(), memory()]
  await from.put(key, record(4), 'absent')
  const store = createMigratingStore({ from, to, phase: 'to' })
  t.match(await store.get(key), { version: 4, expiresAt })
  t.match(await to.get(key), { version: 4, expiresAt })
  const other = toStoreKey('another')
  await from.put(other, record(7), 'absent')
  t.equal(await store.put(other, record(8), 7), 'stored', 'written without having been read here')
  t.equal((await from.get(other))?.version, 8, 'and there is a way back')
})

t.test('cut over and back again while running, nothing is lost', async (t) => {
  const [from, to] = [memory(), memory()]
  const store = createMigratingStore({ from, to })
  await from.put(toStoreKey('before'), record(1), 'absent')
  await store.put(key, record(1), 'absent')
  store.switch.set('to')
  await store.put(key, record(2), 1)
  t.equal((await store.get(toStoreKey('before')))?.version, 1)
  store.switch.set('from')
  t.equal((await store.get(key))?.version, 2)
  await store.put(key, record(3), 2)
  store.switch.set('done')
  t.equal((await store.get(key))?.version, 3)
  t.throws(() => store.switch.set('back' as StorePhase), TypeError)
})

t.test('a follower that is down does not fail a write but is told of; it does fail the end of a session', async (t) => {
  const [from, to] = [memory(), memory()]
  const errors: unknown[] = []
  const down = () => Promise.reject(new Error('down'))
  const broken: SessionStore = { ...to, get: down, put: down, destroy: down }
  const store = createMigratingStore({ from, to: broken, onMirrorError: (error) => errors.push(error) })
  t.equal(await store.put(key, record(1), 'absent'), 'stored')
  t.equal(errors.length, 1)
  await t.rejects(store.destroy(key), { message: 'down' })
})

t.test('owners are listed over both stores and ended in both', async (t) => {
  const [from, to] = [memory(), memory()]
  const ownerTag = Buffer.alloc(32, 7)
  const store = createMigratingStore({ from, to, phase: 'to' })
  await from.put(toStoreKey('old'), record(1, { ownerTag, createdAt: 1 }), 'absent')
  await store.put(key, record(1, { ownerTag, createdAt: 2 }), 'absent')
  const listed = await store.listByOwner?.(ownerTag)
  t.same(listed?.map((session) => session.record.createdAt), [2, 1])
  t.equal(await store.destroyByOwner?.(ownerTag), 2)
  t.same(await store.listByOwner?.(ownerTag), [])
  t.equal(await store.get(toStoreKey('old')), undefined)
})

/** Lets other calls go first, a random while. */
function slow(store: SessionStore, random: () => number): SessionStore {
  const later = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await Promise.resolve()
  }
  return {
    ...store,
    get: async (...given) => later().then(() => store.get(...given)),
    put: async (...given) => later().then(() => store.put(...given)),
    destroy: async (...given) => later().then(() => store.destroy(...given)),
  }
}

t.test('whatever overlaps with the end of a session, it stays ended in both stores', async (t) => {
  const property = fc.asyncProperty(fc.integer(), fc.constantFrom<StorePhase>('from', 'to'), async (seed, phase) => {
    const random = createRandom(seed)
    const [from, to] = [slow(memory(), random), slow(memory(), random)]
    const store = createMigratingStore({ from, to, phase })
    await from.put(key, record(1), 'absent')
    if (random() < 0.5 || phase === 'from') await to.put(key, record(1), 'absent')
    const calls = [store.destroy(key), store.get(key), store.put(key, record(2), 1), store.get(key), store.put(key, record(2), 1)]
    await Promise.all(calls.map(async (call) => call))
    if ((await from.get(key)) !== undefined) throw new Error('it lives on in the old store')
    if ((await to.get(key)) !== undefined) throw new Error('it lives on in the new store')
  })
  await fc.assert(property, { seed: 20_260_103, numRuns: 2000 })
  t.pass('2000 interleavings')
})
