import t from 'tap'
import { createFailoverStore, type FailoverOptions } from '../../src/failover/index.ts'
import { createMemoryStore, type SessionStore } from '../../src/index.ts'

const memory = createMemoryStore({ environment: 'test' })
const durable = (name: string): SessionStore => ({ ...memory, name, supports: { ...memory.supports, durable: true } })

t.test('one or two durable links and one of memory make a chain', async (t) => {
  for (const links of [[durable('a'), durable('b'), memory], [durable('a'), durable('b')], [durable('a'), memory]]) {
    const store = createFailoverStore(links, { ownsLinks: false })
    t.equal(store.status().serving, 'a')
    t.equal(store.status().links.length, links.length)
    t.equal(store.supports.durable, true)
    await store.close()
  }
})

t.test('other links are refused, each with the reason', (t) => {
  const refused: [readonly unknown[], RegExp][] = [
    [[], /two links or three/],
    [[durable('a')], /two links or three/],
    [[memory, memory], /names of the links must differ/],
    [[durable('a'), durable('b'), durable('c')], /two links or three/],
    [[durable('a'), durable('a')], /names of the links must differ/],
    [[durable('a'), {}], /every link must be a session store/],
    [[memory, durable('a')], /the link memory must support durable/],
    [[durable('a'), { ...durable('b'), supports: { ...memory.supports, durable: true, owners: false } }], /the link b must support owners/],
  ]
  for (const [links, message] of refused) {
    t.throws(() => createFailoverStore(links as SessionStore[]), { name: 'TypeError', message }, String(message))
  }
  t.end()
})

t.test('every wrong option is named at once', (t) => {
  const wrong = {
    timeoutMs: 0,
    leaseMs: Number.NaN,
    mirror: { maxDelayMs: -1, maxPending: 0, batchSize: 1.5, other: 1 },
    breaker: { failures: 0, cooldownMs: '1', jitter: 2 },
    onEvent: 'log',
    ownsLinks: 1,
    name: '',
    more: true,
  } as unknown as FailoverOptions
  const names = ['timeoutMs', 'leaseMs', 'mirror.maxDelayMs', 'mirror.maxPending', 'mirror.batchSize', 'other']
  names.push('breaker.failures', 'breaker.cooldownMs', 'breaker.jitter', 'onEvent', 'ownsLinks', 'name', 'more')
  try {
    createFailoverStore([durable('a'), memory], wrong)
    t.fail('it took them')
  } catch (error) {
    t.type(error, TypeError)
    for (const name of names) t.match((error as Error).message, name)
  }
  t.throws(() => createFailoverStore([durable('a'), memory], { breaker: { jitter: Number.NaN } }), TypeError)
  t.end()
})
