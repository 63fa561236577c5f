import { createFakeClock } from '@keyturn/testing/clock'
import t, { test } from 'tap'
import { testConformance } from '../src/conformance/index.ts'
import { createGuardedStore, createMemoryStore, type SessionStore } from '../src/index.ts'
import { collect, sampleKey } from '../src/conformance/samples.ts'

const clock = createFakeClock()
testConformance({ test, clock, createStore: () => createGuardedStore(createMemoryStore({ environment: 'test', clock })) })

t.test('a store without capabilities keeps the core and loses the rest', async (t) => {
  const supports = { scan: false, owners: false, prune: false, statistics: false, durable: false, shared: false }
  const store = createGuardedStore({ ...createMemoryStore({ environment: 'test' }), supports })
  const core = ['close', 'destroy', 'get', 'name', 'ping', 'put', 'supports', 'touch']
  // What no capability declares stays: whoever needs it asks whether it is there.
  t.strictSame(Object.keys(store).sort(), [...core, 'findLive', 'putNewer'].sort())
  t.equal(await store.get(sampleKey()), undefined)
})

t.test('a capability that is declared and not there is told at once', (t) => {
  const { prune: _, ...store } = createMemoryStore({ environment: 'test' })
  t.throws(() => createGuardedStore(store), { name: 'TypeError', message: /no method prune/ })
  t.end()
})

t.test('what the inner store never sees', async (t) => {
  let calls = 0
  const count = async (): Promise<never> => { calls++; throw new Error('not to be called') }
  const memory = createMemoryStore({ environment: 'test' })
  const inner: SessionStore = { ...memory, get: count, put: count, touch: count, destroy: count, prune: count, listByOwner: count }
  const store = createGuardedStore(inner)
  await t.rejects(store.get('x' as never), TypeError)
  await t.rejects(store.prune?.({ batchSize: 0 }) ?? Promise.resolve(0), TypeError)
  await t.rejects(store.prune?.({ batchSize: Number.NaN }) ?? Promise.resolve(0), TypeError)
  await t.rejects(async () => store.scan && collect(store.scan({ batchSize: 1.5 })), TypeError)
  await t.rejects(store.listByOwner?.(Buffer.alloc(1)) ?? Promise.resolve([]), TypeError)
  t.equal(calls, 0)
})
