import { createFakeClock, type FakeClock } from '@keyturn/testing/clock'
import t from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { createMemoryStore, type SessionStore } from '../../src/index.ts'
import { brokenStores, type MemoryStore } from './fixtures/broken-stores.ts'

/** Runs the suite without a runner: each check that fails, with its message. */
async function failuresOf(change: (store: MemoryStore, clock: FakeClock) => Partial<SessionStore>): Promise<string[]> {
  const clock = createFakeClock()
  const checks: { name: string; body: () => Promise<void> }[] = []
  testConformance({
    clock,
    test: (name, body) => checks.push({ name, body }),
    createStore() {
      const store = createMemoryStore({ environment: 'test', clock }) as MemoryStore
      return { ...store, ...change(store, clock) }
    },
  })
  const failures: string[] = []
  for (const { name, body } of checks) await body().catch(() => failures.push(name))
  return failures
}

t.test('a sound store passes every check', async (t) => {
  t.strictSame(await failuresOf(() => ({})), [])
})

for (const { fault, topic, breakIt } of brokenStores) {
  t.test(`a store in which ${fault} fails at ${topic}`, async (t) => {
    const failures = await failuresOf(breakIt)
    t.ok(failures.some((name) => name.startsWith(`${topic}: `)), failures.join('\n'))
    t.ok(failures.length < 25, 'most checks do not concern the fault')
  })
}

t.test('every topic has a store that fails it', async (t) => {
  const topics = new Set<string>()
  testConformance({ test: (name) => topics.add(name.split(': ')[0] ?? ''), createStore: () => createMemoryStore() })
  t.strictSame([...topics].sort(), brokenStores.map(({ topic }) => topic).sort())
})

t.test('a store that is shared needs another store object on its data', async (t) => {
  const failures: unknown[] = []
  const store = createMemoryStore({ environment: 'test' })
  const shared = { ...store, supports: { ...store.supports, shared: true }, close: async () => undefined }
  const bodies: (() => Promise<void>)[] = []
  testConformance({
    test: (name, body) => name.startsWith('concurrency') && bodies.push(body),
    createStore: () => shared,
  })
  for (const body of bodies) await body().catch((error: unknown) => failures.push(error))
  t.ok(failures.some((error) => error instanceof TypeError && /needs `connect`/.test(error.message)))
})
