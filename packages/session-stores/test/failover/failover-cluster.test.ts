import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis, startRedisCluster } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { putSample, repeat } from '../../src/conformance/samples.ts'
import { createFailoverStore, createPostgresStore, createRedisStore, type FailoverStore, type SessionStore } from '../../src/index.ts'
import { realClock } from '../fixtures/outages.ts'

const postgres = await startPostgres()
t.teardown(() => postgres.stop())
const OWNER = randomBytes(32)
const INDEX = `chain:o:${OWNER.toString('base64url')}`

function openChain(t: Test, redis: SessionStore, table: string): FailoverStore {
  const store = createFailoverStore([redis, createPostgresStore({ url: postgres.url, table })], { leaseMs: 200, breaker: { cooldownMs: 200 } })
  t.teardown(() => store.close())
  return store
}

async function whenWell(store: FailoverStore): Promise<void> {
  while (store.status().degraded || store.status().mirror.pending > 0) await wait(20)
}

t.test('a master of a Cluster that comes back empty took the index of an owner with it, and not the sessions elsewhere', async (t) => {
  const cluster = await startRedisCluster()
  t.teardown(() => cluster.stop())
  const openRedis = (): SessionStore => createRedisStore({ nodes: cluster.nodes.map(({ host, port }) => ({ host, port })), prefix: 'chain:' })
  const store = openChain(t, openRedis(), 'emptied')
  const sessions = await Promise.all(repeat(30, () => putSample(store, realClock, { ownerTag: OWNER })))
  await whenWell(store)

  const master = await cluster.masterOf(INDEX)
  await master.kill()
  await master.restart()
  await cluster.waitUntilHealthy()
  for (const { key, record } of sessions) t.strictSame({ ...(await store.get(key)) }, record, 'nobody was logged out')
  await whenWell(store)
  t.equal(store.status().serving, 'redis')

  const redis = openRedis()
  t.teardown(() => redis.close())
  t.equal((await redis.listByOwner?.(OWNER))?.length, 30, 'the index is whole again')
  t.equal(await store.destroyByOwner?.(OWNER), 30)
  for (const { key } of sessions) t.equal(await redis.get(key), undefined, 'no session of the owner is left')
})

t.test('sessions of an owner whose index the first link lost, by eviction say, are ended with all others', async (t) => {
  const redis = await startRedis()
  const client = new Redis(redis.url)
  t.teardown(async () => {
    client.disconnect()
    await redis.stop()
  })
  const store = openChain(t, createRedisStore({ url: redis.url, prefix: 'chain:' }), 'evicted')
  const sessions = await Promise.all(repeat(5, () => putSample(store, realClock, { ownerTag: OWNER })))
  await whenWell(store)
  t.equal(await client.del(INDEX), 1)
  const [kept, ...others] = [...sessions, await putSample(store, realClock, { ownerTag: OWNER })]
  t.equal(await store.destroyByOwner?.(OWNER, kept && { except: kept.key }), 5)
  for (const { key } of others) t.equal(await client.exists(`chain:s:${key.toString('base64url')}`), 0)
  t.strictSame({ ...(await store.get(kept?.key ?? randomBytes(32))) }, kept?.record)
})
