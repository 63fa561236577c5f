import t from 'tap'
import { putSample, sampleKey } from '../../src/conformance/samples.ts'
import { createFailoverStore } from '../../src/failover/index.ts'
import { createMemoryStore } from '../../src/index.ts'
import { startSimulatedChain } from './fixtures/simulated-chain.ts'

const HOUR_MS = 3_600_000

t.test('while every durable link is away, new sessions live in memory and move up later', async (t) => {
  const { clock, redis, postgres, pass, open } = startSimulatedChain(t)
  const { store, events } = await open()
  const known = await putSample(store, clock)
  await pass(300)
  redis.stop()
  postgres.stop()
  await t.rejects(store.get(known.key), { code: 'KEYTURN_STORE_UNAVAILABLE' }, 'a session nobody can look up is not absent')
  const fresh = await putSample(store, clock)
  t.equal(store.status().serving, 'memory')
  t.ok(store.status().degraded)
  t.ok(events.some(({ type }) => type === 'memory-serving'))
  t.equal(await store.put(fresh.key, { ...fresh.record, version: 2 }, 1), 'stored')
  t.equal(await store.touch(fresh.key, fresh.record.expiresAt + 1000), true)
  t.equal((await store.get(fresh.key))?.version, 2)
  await t.rejects(store.put(known.key, { ...known.record, version: 2 }, 1), { code: 'KEYTURN_STORE_UNAVAILABLE' })
  await t.rejects(store.touch(known.key, clock.now() + HOUR_MS), { code: 'KEYTURN_STORE_UNAVAILABLE' })
  const tag = Buffer.alloc(32)
  await t.rejects(async () => void (await store.listByOwner?.(tag)), { code: 'KEYTURN_STORE_UNAVAILABLE' })
  await t.rejects(async () => void (await store.destroyByOwner?.(tag)), { code: 'KEYTURN_STORE_UNAVAILABLE' })

  await t.rejects((store as Required<typeof store>).statistics(), { code: 'KEYTURN_STORE_UNAVAILABLE' })

  await redis.start('kept')
  await postgres.start('kept')
  await pass(5000)
  t.equal((await store.get(fresh.key))?.version, 2)
  t.ok(await store.get(known.key))
  t.equal(store.status().serving, 'redis')
  t.equal((await redis.data.get(fresh.key))?.version, 2)
  await pass(300)
  t.equal((await postgres.data.get(fresh.key))?.version, 2, 'the mirror has it too')
  t.ok(events.some((event) => event.type === 'reconciled' && event.moved === 1))
})

t.test('a session that is ended while only memory is there stays ended', async (t) => {
  const { clock, redis, postgres, pass, open } = startSimulatedChain(t)
  const { store } = await open()
  const known = await putSample(store, clock)
  await pass(300)
  redis.stop()
  postgres.stop()
  const fresh = await putSample(store, clock)
  await store.destroy(known.key)
  await store.destroy(fresh.key)
  t.equal(await store.get(known.key), undefined)
  t.equal(await store.get(fresh.key), undefined)
  t.equal(await store.touch(fresh.key, clock.now() + HOUR_MS), false)
  t.equal(await store.put(fresh.key, { ...fresh.record, version: 2 }, 1), 'gone')
  await postgres.start('kept')
  await redis.start('kept')
  await pass(5000)
  t.equal(await store.get(known.key), undefined)
  t.equal(await store.put(known.key, { ...known.record, version: 2 }, 1), 'gone')
  t.equal(await store.get(fresh.key), undefined)
})

t.test('a chain of one durable store and memory goes back to the store when it is there again', async (t) => {
  const { clock, redis, until } = startSimulatedChain(t)
  const links = [redis.connect().store, createMemoryStore({ environment: 'test', clock })]
  const store = createFailoverStore(links, { clock, timeoutMs: 100, breaker: { cooldownMs: 100 } })
  t.teardown(() => store.close())
  const known = await putSample(store, clock)
  redis.stop()
  const fresh = await putSample(store, clock)
  t.equal(store.status().serving, 'memory')
  await t.rejects(store.get(sampleKey()), { code: 'KEYTURN_STORE_UNAVAILABLE' })
  await redis.start('kept')
  await until('redis serves', () => !store.status().degraded)
  t.ok(await store.get(known.key))
  t.ok(await store.get(fresh.key))
  t.ok(await redis.data.get(fresh.key))
})
