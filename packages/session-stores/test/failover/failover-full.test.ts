import t from 'tap'
import { putSample, repeat } from '../../src/conformance/samples.ts'
import { createFailoverStore } from '../../src/failover/index.ts'
import { createMemoryStore } from '../../src/index.ts'
import { isWell, startSimulatedChain } from './fixtures/simulated-chain.ts'

t.test('a full second link misses nothing afterwards, and is no fall-back until then', async (t) => {
  const { clock, redis, until, pass, open } = startSimulatedChain(t)
  const chain = await open()
  const { store, lines, events } = chain
  const other = await open()
  const known = await putSample(other.store, clock)
  await until('all is well', () => isWell(chain))
  lines.second.cut('full')
  const missing = await Promise.all(repeat(5, () => putSample(store, clock)))
  const ended = await putSample(store, clock)
  await store.destroy(ended.key)
  await pass(3000)
  t.match(store.status(), { serving: 'redis', degraded: true, links: [{}, { state: 'open', reason: '53100' }], mirror: { behind: true } })
  t.equal(events.filter(({ type }) => type === 'link-lost').length, 1, 'it is not taken back for every probe that it has room for')

  redis.stop()
  await t.rejects(store.get(known.key), { code: 'KEYTURN_STORE_UNAVAILABLE' }, 'what it misses may be the end of a session')
  await redis.start('kept')
  lines.second.restore()
  await until('all is well again', () => isWell(chain))
  await pass(1000)
  redis.stop()
  for (const { key, record } of missing) t.equal((await store.get(key))?.version, record.version)
  t.equal(await store.get(ended.key), undefined)
})

t.test('a second link that fills up while it serves is read from, and what it refuses is an outage', async (t) => {
  const { clock, redis, until, pass, open } = startSimulatedChain(t)
  const chain = await open()
  const { store, lines } = chain
  const { key, record } = await putSample(store, clock)
  await until('all is well', () => isWell(chain))
  redis.stop()
  t.ok(await store.get(key))
  lines.second.cut('full')
  const from = clock.now()
  await t.rejects(store.put(key, { ...record, version: 2 }, 1), { code: 'KEYTURN_STORE_UNAVAILABLE', reason: '53100' })
  await t.rejects(store.destroy(key), { code: 'KEYTURN_STORE_UNAVAILABLE' }, 'no end is acknowledged that nobody could write down')
  t.ok(clock.now() - from < 100, 'it is not asked again and again')
  await pass(1000)
  t.equal((await store.get(key))?.version, 1)
  t.equal(store.status().serving, 'postgres')
  lines.second.restore()
  t.equal(await store.put(key, { ...record, version: 2 }, 1), 'stored')
  await redis.start('empty')
  await until('all is well again', () => isWell(chain))
  t.equal((await store.get(key))?.version, 2)
})

for (const next of ['postgres', 'memory'] as const) {
  t.test(`when the first link is full, ${next} takes writes, and gives them back once there is room`, async (t) => {
    const { clock, redis, postgres, until, pass } = startSimulatedChain(t)
    const line = redis.connect()
    const behind = next === 'postgres' ? postgres.connect().store : createMemoryStore({ environment: 'test', clock })
    const store = createFailoverStore([line.store, behind], { clock, timeoutMs: 100, leaseMs: 100, breaker: { cooldownMs: 100 } })
    t.teardown(() => store.close())
    const known = await putSample(store, clock)
    await pass(500)
    line.cut('full')
    const fresh = await putSample(store, clock)
    t.match(store.status(), { serving: next, links: [{ state: /open|reconciling/, reason: '53100' }] })
    await pass(2000)
    t.ok(await store.get(fresh.key))
    line.restore()
    await until('it serves again', () => !store.status().degraded)
    t.ok(await store.get(fresh.key))
    t.ok(await store.get(known.key))
    t.ok(await redis.data.get(fresh.key))
  })
}
