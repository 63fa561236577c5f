import t from 'tap'
import type { SessionRecord, StoreKey } from '../../src/index.ts'
import { putSample, repeat } from '../../src/conformance/samples.ts'
import { startSimulatedChain } from './fixtures/simulated-chain.ts'

const LIMIT_MS = 1000
const LEASE_MS = 200
const MIRROR_MS = 50
/** A few round trips, and the steps of the clock. */
const MARGIN_MS = 100
const OPTIONS = { timeoutMs: LIMIT_MS, leaseMs: LEASE_MS, mirror: { maxDelayMs: MIRROR_MS } }

t.test('whoever waits for a first link that stands still pays its time limit once', async (t) => {
  const { clock, pass, open } = startSimulatedChain(t)
  const { store, lines } = await open(OPTIONS)
  const { key, record } = await putSample(store, clock)
  await pass(300)
  lines.first.cut('silent')
  const timed = async (delayMs: number): Promise<number> => {
    await pass(delayMs)
    const from = clock.now()
    t.ok(await store.get(key))
    t.ok(await store.touch(key, record.expiresAt + delayMs))
    return clock.now() - from
  }
  const waits = await Promise.all([0, 200, 700, 950].map(timed))
  const longest = LIMIT_MS + LEASE_MS + MIRROR_MS + MARGIN_MS
  for (const ms of waits) t.ok(ms < longest, `${ms} ms`)
  const [, , , latest = 0] = waits
  t.ok(latest < LIMIT_MS / 2, `${latest} ms: who came later need not wait for a time limit of its own`)
})

t.test('a first link that stands still is no fault of the second, though the mirror reads from it', async (t) => {
  const { clock, pass, open } = startSimulatedChain(t)
  const { store, lines, events } = await open(OPTIONS)
  const sessions = await Promise.all(repeat(5, () => putSample(store, clock)))
  await pass(300)
  for (const { key, record } of sessions) t.ok(await store.touch(key, record.expiresAt + 1000))
  lines.first.cut('silent')
  for (const { key } of sessions) t.ok(await store.get(key))
  t.equal(store.status().serving, 'postgres')
  t.notOk(events.some(({ type }) => type === 'mirror-behind' || type === 'mirror-caught-up'))
  t.notOk(events.some((event) => event.type === 'link-lost' && event.link === 'postgres'))
})

t.test('an operation whose answer is lost does not cost the link its place: what was asked beside it was answered', async (t) => {
  const { clock, pass, open } = startSimulatedChain(t)
  const { store, lines, events } = await open(OPTIONS)
  const { key } = await putSample(store, clock)
  await pass(300)
  lines.first.cut('silent')
  const from = clock.now()
  const read = store.get(key)
  await pass(0.3 * LIMIT_MS)
  lines.first.restore()
  t.ok(await read)
  t.ok(clock.now() - from < LIMIT_MS + MARGIN_MS)
  t.equal(store.status().serving, 'redis')
  t.notOk(events.some(({ type }) => type === 'link-lost'))
})

t.test('ends that wait for a second link that stands still do not cost the first its place', async (t) => {
  const { clock, pass, open } = startSimulatedChain(t, 10)
  const { store, lines, events } = await open(OPTIONS)
  const sessions = await Promise.all(repeat(8, () => putSample(store, clock)))
  await pass(300)
  lines.second.cut('silent')
  const end = async (key: StoreKey, delayMs: number): Promise<void> => {
    await pass(delayMs)
    await store.destroy(key)
  }
  // While one of them runs out of time, the link has just been asked for the sake of the next.
  await Promise.all(sessions.map(({ key }, index) => end(key, index * 0.15 * LEASE_MS)))
  for (const { key } of sessions) t.equal(await store.get(key), undefined)
  t.equal(store.status().serving, 'redis')
  t.notOk(events.some((event) => event.type === 'link-lost' && event.link === 'redis'))
})

t.test('a first link that comes and goes does not cost the second its place, whatever was being written to both', async (t) => {
  const { clock, pass, open } = startSimulatedChain(t)
  const { store, lines, events } = await open({ timeoutMs: 200, leaseMs: 40, breaker: { cooldownMs: 30 } })
  const sessions = await Promise.all(repeat(5, () => putSample(store, clock)))
  let isOver = false
  const write = async ({ key, record }: { key: StoreKey; record: SessionRecord }): Promise<void> => {
    for (let version = 1; !isOver; version++) {
      await store.put(key, { ...record, version: version + 1 }, version)
      await pass(5)
    }
  }
  const writers = sessions.map(write)
  for (let round = 0; round < 100; round++) {
    lines.first.cut('refused')
    await pass(60 + ((round * 37) % 90))
    lines.first.restore()
    await pass(60 + ((round * 53) % 150))
  }
  isOver = true
  await Promise.all(writers)
  t.notOk(events.some((event) => event.type === 'serving' && event.link === 'memory'))
  t.notOk(events.some((event) => event.type === 'mirror-caught-up'), 'the second was never away')
})
