import t from 'tap'
import { putSample, sampleKey } from '../../src/conformance/samples.ts'
import { createFailoverStore } from '../../src/failover/index.ts'
import { createMemoryStore } from '../../src/index.ts'
import { startSimulatedChain } from './fixtures/simulated-chain.ts'

const HOUR_MS = 3_600_000

t.test('while every durable link is away, new sessions live in memory and move up later', async (t) => {
  const { clock, redis, postgres, pass, open } = startSimulatedChain(t)
  const { store, events } = await open()
  const other = await open()
  const known = await putSample(other.store, clock)
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
  const [known, expired] = [await putSample(store, clock), await putSample(store, clock)]
  await pass(300)
  redis.stop()
  postgres.stop()
  const fresh = await putSample(store, clock)
  t.equal(await store.put(expired.key, { ...expired.record, version: 2, expiresAt: clock.now() }, 1), 'stored')
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
  t.equal(await store.get(expired.key), undefined)
})

t.test('sessions that this instance served a moment ago go on in memory, and what was written to them moves up', async (t) => {
  const { clock, redis, postgres, pass, open } = startSimulatedChain(t)
  const [here, elsewhere] = [await open(), await open()]
  const created = await putSample(here.store, clock)
  const read = await putSample(elsewhere.store, clock)
  await here.store.get(read.key)
  await pass(61_000)
  redis.stop()
  postgres.stop()
  for (const { key, record } of [created, read]) {
    t.equal((await here.store.get(key))?.version, 1)
    t.equal(await here.store.put(key, { ...record, version: 2 }, 1), 'stored')
    t.equal(await here.store.touch(key, record.expiresAt + 1000), true)
  }
  t.equal(here.store.status().serving, 'memory')
  await redis.start('kept')
  await postgres.start('kept')
  await pass(5000)
  for (const { store } of [here, elsewhere]) {
    for (const { key, record } of [created, read]) t.match(await store.get(key), { version: 2, expiresAt: record.expiresAt + 1000 })
  }
})

t.test('a session that another instance has written, prolonged or ended is not served from a copy', async (t) => {
  const { clock, redis, postgres, pass, open } = startSimulatedChain(t)
  const [here, elsewhere] = [await open(), await open()]
  const [written, prolonged, ended] = [await putSample(here.store, clock), await putSample(here.store, clock), await putSample(here.store, clock)]
  await pass(300)
  await elsewhere.store.put(written.key, { ...written.record, version: 2, sealed: Buffer.from('other') }, 1)
  await elsewhere.store.touch(prolonged.key, prolonged.record.expiresAt + 1000)
  await elsewhere.store.destroy(ended.key)
  for (const { key } of [written, prolonged, ended]) await here.store.get(key)
  redis.stop()
  postgres.stop()
  for (const { key } of [written, prolonged, ended]) {
    await t.rejects(here.store.get(key), { code: 'KEYTURN_STORE_UNAVAILABLE', reason: 'DURABLE_LINKS_AWAY' })
  }
})

t.test('an end that memory cannot vouch for is not acknowledged, and is carried out when a store is back', async (t) => {
  const { clock, redis, postgres, pass, open } = startSimulatedChain(t)
  const [here, elsewhere] = [await open(), await open()]
  const ownerTag = Buffer.alloc(32, 7)
  const session = await putSample(elsewhere.store, clock)
  const own = await putSample(here.store, clock, { ownerTag })
  await pass(300)
  redis.stop()
  postgres.stop()
  for (const attempt of ['first', 'second']) await t.rejects(here.store.destroy(session.key), { code: 'KEYTURN_STORE_UNAVAILABLE' }, attempt)
  await t.rejects(async () => void (await here.store.destroyByOwner?.(ownerTag)), { code: 'KEYTURN_STORE_UNAVAILABLE' })
  t.equal(await here.store.get(own.key), undefined, 'what this instance knows of the owner has ended')
  t.equal(await elsewhere.store.put(session.key, { ...session.record, version: 2 }, 1), 'stored', 'the other one has not heard of it')
  await redis.start('kept')
  await postgres.start('kept')
  await pass(5000)
  for (const { store } of [here, elsewhere]) for (const { key } of [session, own]) t.equal(await store.get(key), undefined)
})

t.test('whoever is back from memory first waits for what the others took in there', async (t) => {
  const { clock, pass, until, open } = startSimulatedChain(t)
  const [here, elsewhere] = [await open(), await open()]
  const lines = [here, elsewhere].flatMap(({ lines: { first, second } }) => [first, second])
  const ended = await putSample(here.store, clock)
  await pass(300)
  for (const line of lines) line.cut('refused')
  await here.store.destroy(ended.key)
  const fresh = await putSample(here.store, clock)
  await putSample(elsewhere.store, clock)
  // The pauses between two probes of a link that was lost long ago are long.
  await pass(20_000)
  for (const line of lines) line.restore()
  const from = clock.now()
  await until('the other is back', () => elsewhere.store.status().serving === 'redis')
  const unlessUnsure = (error: unknown): undefined => void t.match(error, { reason: 'MOVING_UP' })
  t.equal(await elsewhere.store.get(ended.key).catch(unlessUnsure), undefined)
  t.ok(await elsewhere.store.get(fresh.key))
  t.ok(clock.now() - from < 500, 'and that is soon')
})

t.test('while memory serves nobody waits for the outcome of a probe', async (t) => {
  const { clock, pass, open } = startSimulatedChain(t)
  const { store, lines } = await open({ timeoutMs: 1000 })
  const { key } = await putSample(store, clock)
  await pass(300)
  lines.first.cut('silent')
  lines.second.cut('silent')
  await store.get(key)
  for (let i = 0; i < 40; i++) {
    const from = clock.now()
    await store.get(key)
    t.ok(clock.now() - from < 100)
    await pass(100)
  }
  lines.first.restore()
  lines.second.restore()
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
  t.ok(await store.get(known.key), 'it was served a moment ago')
  await redis.start('kept')
  await until('redis serves', () => !store.status().degraded)
  t.ok(await store.get(known.key))
  t.ok(await store.get(fresh.key))
  t.ok(await redis.data.get(fresh.key))
})
