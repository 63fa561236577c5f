import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { createFakeClock } from '@keyturn/testing/clock'
import t, { test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { HOUR_MS, putSample, sampleKey, sampleRecord } from '../../src/conformance/samples.ts'
import { createMemoryStore, createNearCache, type NearCacheOptions } from '../../src/index.ts'
import { setUp } from './fixtures/stage.ts'
import { createWatchedStore } from './fixtures/watched-store.ts'

{
  const clock = createFakeClock()
  testConformance({
    test,
    clock,
    async createStore() {
      const cache = createNearCache(createWatchedStore(clock).store, { clock })
      await cache.get(sampleKey())
      await clock.advance(0)
      if (cache.cacheStatus().state !== 'answering') throw new Error('the cache does not answer')
      return cache
    },
  })
}

t.test('a record that was read once is read here', async (t) => {
  const { clock, cache, readsOf } = await setUp(t)
  const { key, record } = await putSample(cache, clock, { ownerTag: randomBytes(32) })
  t.equal(await readsOf(() => cache.get(key)), 1)
  t.equal(await readsOf(async () => t.strictSame({ ...(await cache.get(key)) }, record)), 0)
  t.equal(await cache.get(key), await cache.get(key), 'each time the same object, so that what was opened of it can be kept beside')
  t.match(cache.cacheStatus(), { state: 'answering', staleLimitMs: 1000, entries: 1, hits: 3, misses: 1, bypasses: 1 })
})

t.test('absence is not kept', async (t) => {
  const { cache, readsOf } = await setUp(t)
  const key = sampleKey()
  t.equal(await readsOf(() => cache.get(key)), 1)
  t.equal(await readsOf(() => cache.get(key)), 1)
})

t.test('what another process changed is read again', async (t) => {
  const { clock, cache, watched, readsOf } = await setUp(t)
  const [one, other] = [await putSample(cache, clock), await putSample(cache, clock)]
  await Promise.all([cache.get(one.key), cache.get(other.key)])
  watched.tell(one.key)
  t.equal(await readsOf(() => cache.get(one.key)), 1)
  t.equal(await readsOf(() => cache.get(other.key)), 0)
  watched.tell()
  t.equal(await readsOf(() => cache.get(other.key)), 1, 'all of them, when the store was emptied')
})

t.test('what is told within the turn of a read counts for it, and those of one turn are answered together', async (t) => {
  const { clock, cache, watched, readsOf } = await setUp(t)
  const [one, other] = [await putSample(cache, clock), await putSample(cache, clock)]
  await Promise.all([cache.get(one.key), cache.get(other.key)])
  const answered: string[] = []
  const inOneTurn = async (): Promise<void> => {
    const first = cache.get(one.key).then(() => answered.push('one'))
    await Promise.resolve().then(() => undefined)
    const second = cache.get(other.key).then(() => answered.push('other'))
    t.strictSame(answered, [])
    watched.tell(other.key)
    await Promise.all([first, second])
  }
  t.equal(await readsOf(inOneTurn), 1, 'the one that changed')
  t.strictSame(answered, ['one', 'other'])
})

t.test('a read that was under way when a change was told is not kept', async (t) => {
  const { clock, cache, watched, readsOf } = await setUp(t)
  const { key } = await putSample(cache, clock)
  for (const [what, happen] of [
    ['the change', () => watched.tell(key)],
    ['all', () => watched.tell()],
    ['an own write', () => void cache.touch(key, clock.now() + HOUR_MS)],
  ] as const) {
    const held = watched.holdReads()
    const reading = cache.get(key)
    await turn()
    happen()
    held.letGo()
    t.ok(await reading)
    t.equal(await readsOf(() => cache.get(key)), 1, what)
    watched.tell(key)
  }
})

t.test('own writes are seen at once', async (t) => {
  const { clock, cache } = await setUp(t)
  const ownerTag = randomBytes(32)
  const { key, record } = await putSample(cache, clock, { ownerTag })
  await cache.get(key)
  await cache.put(key, { ...record, version: 2 }, 1)
  t.equal((await cache.get(key))?.version, 2)
  await cache.touch(key, record.expiresAt + 5)
  t.equal((await cache.get(key))?.expiresAt, record.expiresAt + 5)
  await cache.putNewer?.([{ key, record: { ...record, version: 3 } }])
  t.equal((await cache.get(key))?.version, 3)
  await cache.destroyByOwner?.(ownerTag)
  t.equal(await cache.get(key), undefined)
  const other = await putSample(cache, clock)
  await cache.get(other.key)
  await cache.destroy(other.key)
  t.equal(await cache.get(other.key), undefined)
})

t.test('a conflict is decided by the store, and what is there now is read from it', async (t) => {
  const { clock, cache, watched } = await setUp(t)
  const { key, record } = await putSample(cache, clock)
  await cache.get(key)
  await watched.store.put(key, { ...record, version: 2 }, 1)
  t.equal((await cache.get(key))?.version, 1, 'not told yet')
  t.equal(await cache.put(key, { ...record, version: 2 }, 1), 'conflict')
  t.equal((await cache.get(key))?.version, 2)
  await watched.store.destroy(key)
  t.equal(await cache.put(key, { ...record, version: 3 }, 2), 'gone')
  t.equal(await cache.get(key), undefined)
})

t.test('a write that failed may have happened: it is read again', async (t) => {
  const { clock, cache, watched, readsOf } = await setUp(t)
  const { key } = await putSample(cache, clock)
  await cache.get(key)
  await t.rejects(cache.put(key, { ...sampleRecord(clock), sealed: Buffer.alloc(100_000_000) }, 'any'))
  t.equal(await readsOf(() => cache.get(key)), 1)
  t.ok(watched.feeds)
})

t.test('an expired record is not returned, and none is kept longer than maxAgeMs', async (t) => {
  const { clock, cache, readsOf } = await setUp(t, { maxAgeMs: 5000 })
  const { key } = await putSample(cache, clock, { expiresAt: clock.now() + 2000 })
  const lasting = await putSample(cache, clock)
  await Promise.all([cache.get(key), cache.get(lasting.key)])
  await clock.advance(2000)
  t.equal(await cache.get(key), undefined)
  await clock.advance(2999)
  t.equal(await readsOf(() => cache.get(lasting.key)), 0)
  await clock.advance(1)
  t.equal(await readsOf(() => cache.get(lasting.key)), 1)
})

t.test('it is bounded by count and by bytes', async (t) => {
  const { clock, cache } = await setUp(t, { maxEntries: 10, maxBytes: 64 * 1024 })
  for (let i = 0; i < 30; i++) await cache.get((await putSample(cache, clock)).key)
  t.equal(cache.cacheStatus().entries, 10)
  for (let i = 0; i < 30; i++) await cache.get((await putSample(cache, clock, { sealed: Buffer.alloc(16_000) })).key)
  t.ok(cache.cacheStatus().bytes <= 64 * 1024)
  const huge = await putSample(cache, clock, { sealed: Buffer.alloc(100_000) })
  await cache.get(huge.key)
  t.ok(cache.cacheStatus().bytes <= 64 * 1024)
})

t.test('wrong options are told all at once, and a store that cannot watch is refused', async (t) => {
  const memory = createMemoryStore({ environment: 'test' })
  t.throws(() => createNearCache(memory), { code: 'KEYTURN_STORE_FEED' })
  const wrong = { maxEntries: 0, maxBytes: 1, maxAgeMs: Number.NaN, heartbeatMs: 1, heartbeatTimeoutMs: -1, onState: 1, plain: true }
  t.throws(
    () => createNearCache(memory, wrong as unknown as NearCacheOptions),
    { name: 'TypeError', message: /plain.*maxEntries.*maxBytes.*maxAgeMs.*heartbeatMs.*heartbeatTimeoutMs.*onState/ },
  )
  t.throws(() => createNearCache(undefined as never), TypeError)
})
