import { createFakeClock } from '@keyturn/testing/clock'
import t, { test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { putSample, sampleKey, sampleRecord } from '../../src/conformance/samples.ts'
import { createMemoryStore } from '../../src/memory/index.ts'
import { testManyWriters, testRevocation } from '../fixtures/concurrency.ts'

const clock = createFakeClock()
testConformance({ test, clock, createStore: () => createMemoryStore({ environment: 'test', clock }) })

t.test('the session read longest ago makes room, with one warning', async (t) => {
  const codes: string[] = []
  const warn = (_: string, code: string): void => void codes.push(code)
  const store = createMemoryStore({ environment: 'test', clock, maxEntries: 3, warn })
  const first = await putSample(store, clock)
  const second = await putSample(store, clock)
  await putSample(store, clock)
  await store.get(first.key)
  await putSample(store, clock)
  await putSample(store, clock)
  t.equal(await store.get(second.key), undefined)
  t.ok(await store.get(first.key))
  t.strictSame(codes, ['KEYTURN_MEMORY_STORE_FULL'])
})

t.test('the bytes of all sessions are bounded', async (t) => {
  const store = createMemoryStore({ environment: 'test', clock, maxBytes: 1_000_000, warn: () => undefined })
  for (let i = 0; i < 50; i++) await putSample(store, clock, { sealed: Buffer.alloc(99_500) })
  const counted = await store.statistics?.()
  t.equal(counted?.total, 10)
  const huge = sampleRecord(clock, { sealed: Buffer.alloc(600_000) })
  await t.rejects(store.put(sampleKey(), huge, 'any'), { code: 'KEYTURN_SESSION_TOO_LARGE' })
})

t.test('an evicted session is no longer listed for its owner', async (t) => {
  const store = createMemoryStore({ environment: 'test', clock, maxEntries: 2, warn: () => undefined })
  const ownerTag = Buffer.alloc(32, 7)
  for (let i = 0; i < 4; i++) await putSample(store, clock, { ownerTag })
  t.equal((await store.listByOwner?.(ownerTag))?.length, 2)
  t.equal(await store.destroyByOwner?.(ownerTag), 2)
})

t.test('outside development it says that it is memory', async (t) => {
  const codesIn = (environment: string): string[] => {
    const codes: string[] = []
    createMemoryStore({ environment, warn: (_, code) => void codes.push(code) })
    return codes
  }
  t.strictSame(codesIn('production'), ['KEYTURN_MEMORY_STORE'])
  t.strictSame(codesIn(''), ['KEYTURN_MEMORY_STORE'])
  t.strictSame(codesIn('development'), [])
  t.strictSame(codesIn('test'), [])
})

t.test('wrong options are told all at once', async (t) => {
  const options = { maxEntries: 0, maxBytes: Number.NaN, size: 1 } as object
  t.throws(() => createMemoryStore(options), { name: 'TypeError', message: /unknown option size.*maxEntries.*maxBytes/ })
})

t.test('sixty-four clients that change one session at once lose no change', async (t) => {
  const store = createMemoryStore({ environment: 'test' })
  await testManyWriters(t, () => store)
})

t.test('no session survives that was signed in to before all were ended', async (t) => {
  const store = createMemoryStore({ environment: 'test' })
  await testRevocation(t, () => store)
})
