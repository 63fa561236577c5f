import { createFakeClock } from '@keyturn/testing/clock'
import t from 'tap'
import { putSample, sampleKey } from '../../src/conformance/samples.ts'
import { createNearCache } from '../../src/index.ts'
import { setUp } from './fixtures/stage.ts'
import { createWatchedStore } from './fixtures/watched-store.ts'

t.test('a read under way when the feed ended is not kept by the next feed', async (t) => {
  const { clock, cache, watched, readsOf } = await setUp(t)
  const { key } = await putSample(cache, clock)
  const held = watched.holdReads()
  const reading = cache.get(key)
  watched.lose()
  await clock.advance(200)
  t.equal(watched.feeds, 2)
  held.letGo()
  await reading
  t.equal(await readsOf(() => cache.get(key)), 1)
})

t.test('a feed that ends empties the cache, which is bypassed until the next one is proven', async (t) => {
  const told: unknown[] = []
  const { clock, cache, watched, readsOf } = await setUp(t, { onState: (state, error) => told.push([state, (error as Error)?.message]) })
  const { key } = await putSample(cache, clock)
  await cache.get(key)
  watched.setConfirms('wait')
  watched.lose()
  t.match(cache.cacheStatus(), { state: 'bypassed', entries: 0 })
  t.equal(await readsOf(async () => (await cache.get(key), await cache.get(key))), 2)
  await clock.advance(300)
  t.equal(watched.feeds, 2)
  t.equal(await readsOf(async () => (await cache.get(key), await cache.get(key))), 2, 'it stands, and is not proven')
  watched.setConfirms('come')
  await clock.advance(2000)
  await cache.get(key)
  t.equal(await readsOf(() => cache.get(key)), 0)
  t.strictSame(told, [['answering', undefined], ['bypassed', 'lost'], ['answering', undefined]])
})

t.test('a feed that is silent is left: nothing is read here later than the stated time after its last proof', async (t) => {
  const { clock, cache, watched, readsOf } = await setUp(t)
  const { key } = await putSample(cache, clock)
  await cache.get(key)
  watched.setConfirms('wait')
  await clock.advance(999)
  t.equal(await readsOf(() => cache.get(key)), 0)
  await clock.advance(1)
  t.equal(await readsOf(() => cache.get(key)), 1)
  t.equal(cache.cacheStatus().state, 'bypassed')
})

t.test('a process that stood still asks the store first', async (t) => {
  const { clock, cache, readsOf } = await setUp(t)
  const { key } = await putSample(cache, clock)
  await cache.get(key)
  const awake = clock.now.bind(clock)
  let slept = 0
  t.intercept(clock, 'now', { value: () => awake() + slept })
  t.equal(await readsOf(() => cache.get(key)), 0)
  slept = 1000
  t.equal(await readsOf(() => cache.get(key)), 1)
})

t.test('a store that refuses a feed is read, and asked again later', async (t) => {
  const clock = createFakeClock()
  const watched = createWatchedStore(clock)
  const told: unknown[] = []
  watched.setFails(new Error('refused'))
  const cache = createNearCache(watched.store, { clock, onState: (state, error) => told.push([state, (error as Error)?.message]) })
  t.teardown(() => cache.close())
  const { key } = await putSample(cache, clock)
  t.ok(await cache.get(key))
  await clock.advance(10_000)
  t.strictSame(told, [['bypassed', 'refused']], 'told once')
  watched.setFails(undefined)
  await clock.advance(3000)
  t.equal(cache.cacheStatus().state, 'answering')
})

t.test('closed, it holds no timer and opens no feed', async (t) => {
  const clock = createFakeClock()
  const watched = createWatchedStore(clock)
  const cache = createNearCache(watched.store, { clock })
  await cache.get(sampleKey())
  await clock.advance(1000)
  await cache.close()
  t.equal(clock.pendingTimers, 0)
  const { feeds } = watched
  await clock.advance(10_000)
  t.equal(watched.feeds, feeds)
  await t.rejects(cache.get(sampleKey()), { code: 'KEYTURN_STORE_CLOSED' })
})

t.test('a listener that throws ends nothing', async (t) => {
  const warned = t.capture(process, 'emitWarning')
  const { clock, cache, watched } = await setUp(t, {
    onState() {
      throw new Error('listener')
    },
  })
  watched.lose()
  await clock.advance(1000)
  t.equal(cache.cacheStatus().state, 'answering')
  t.ok(warned().length >= 1)
})
