import { createFakeClock } from '@keyturn/testing/clock'
import t from 'tap'
import { putSample } from '../src/conformance/samples.ts'
import { createMemoryStore, createPruner, type SessionStore } from '../src/index.ts'

const MINUTE_MS = 60_000

/** A store whose pruning a test holds in its hand. */
function heldStore(): { store: SessionStore; calls: AbortSignal[]; settle(outcome: number | Error): void } {
  const waiting: PromiseWithResolvers<number>[] = []
  const calls: AbortSignal[] = []
  const store: SessionStore = {
    ...createMemoryStore({ environment: 'test' }),
    prune({ signal } = {}) {
      if (signal !== undefined) calls.push(signal)
      const held = Promise.withResolvers<number>()
      signal?.addEventListener('abort', () => held.resolve(0))
      waiting.push(held)
      return held.promise
    },
  }
  const settle = (outcome: number | Error): void => {
    const held = waiting.shift()
    if (outcome instanceof Error) held?.reject(outcome)
    else held?.resolve(outcome)
  }
  return { store, calls, settle }
}

t.test('it prunes within the first interval and then every interval, give or take a tenth', async (t) => {
  const clock = createFakeClock()
  const store = createMemoryStore({ environment: 'test', clock })
  const removed: number[] = []
  const total = (): number => removed.reduce((sum, count) => sum + count, 0)
  const pruner = createPruner({ store, clock, intervalMs: 15 * MINUTE_MS, onPruned: (count) => removed.push(count) })
  for (let i = 0; i < 5; i++) await putSample(store, clock, { expiresAt: clock.now() + 1 })
  pruner.start()
  pruner.start()
  await clock.advance(15 * MINUTE_MS)
  t.equal(removed[0], 5)
  t.ok(removed.length <= 2, 'an early first run may be followed by one that finds nothing')
  await putSample(store, clock, { expiresAt: clock.now() + 1 })
  await clock.advance(17 * MINUTE_MS)
  t.equal(total(), 6)
  t.ok(removed.length <= 3)
  await pruner.stop()
  const runs = removed.length
  await clock.advance(60 * MINUTE_MS)
  t.equal(removed.length, runs, 'nothing runs after stop')
  t.equal(clock.pendingTimers, 0)
  pruner.start()
  await clock.advance(15 * MINUTE_MS)
  t.ok(removed.length > runs, 'it can be started again')
  await pruner.stop()
})

t.test('who asks during a run waits for that one', async (t) => {
  const { store, calls, settle } = heldStore()
  const pruner = createPruner({ store })
  const asked = [pruner.run(), pruner.run()]
  settle(3)
  t.strictSame(await Promise.all(asked), [3, 3])
  t.equal(calls.length, 1)
})

t.test('a run that fails is told, and the next one comes', async (t) => {
  const clock = createFakeClock()
  const { store, calls, settle } = heldStore()
  const errors: unknown[] = []
  const pruner = createPruner({ store, clock, intervalMs: MINUTE_MS, onError: (error) => errors.push(error) })
  pruner.start()
  await clock.advance(MINUTE_MS)
  const failure = new Error('connection lost')
  settle(failure)
  await clock.advance(2 * MINUTE_MS)
  t.strictSame(errors, [failure])
  t.equal(calls.length, 2)
  const asked = pruner.run()
  settle(new Error('again'))
  await t.rejects(asked, /again/, 'on demand the error goes to who asked')
  await pruner.stop()
})

t.test('a callback that throws ends neither schedule nor process', async (t) => {
  const clock = createFakeClock()
  const warned: unknown[] = []
  const listen = (warning: Error): void => void warned.push(warning.message)
  process.on('warning', listen)
  t.teardown(() => process.off('warning', listen))
  let runs = 0
  const onPruned = (): void => { runs++; throw new Error('callback') }
  const pruner = createPruner({ store: createMemoryStore({ environment: 'test' }), clock, intervalMs: 1000, onPruned })
  pruner.start()
  await clock.advance(1000)
  await clock.advance(1100)
  t.ok(runs >= 2)
  t.equal(warned[0], 'callback')
  await pruner.stop()
})

t.test('stopping ends a run under way', async (t) => {
  const { store, calls } = heldStore()
  const pruner = createPruner({ store })
  const asked = pruner.run()
  await pruner.stop()
  t.equal(await asked, 0)
  t.equal(calls[0]?.aborted, true)
})

t.test('a store that needs no pruning is left alone', async (t) => {
  const clock = createFakeClock()
  const { prune: _, ...memory } = createMemoryStore({ environment: 'test' })
  const store: SessionStore = { ...memory, supports: { ...memory.supports, prune: false } }
  const pruner = createPruner({ store, clock })
  pruner.start()
  t.equal(clock.pendingTimers, 0)
  t.equal(await pruner.run(), 0)
  await pruner.stop()
  t.throws(() => createPruner({ store, intervalMs: Number.NaN, batchSize: 0 }), /intervalMs.*batchSize/)
})
