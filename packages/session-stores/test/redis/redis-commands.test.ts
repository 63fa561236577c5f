import { startRedis, startRedisCluster } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { createRedisStore, type SessionStore } from '../../src/index.ts'
import { type CountCommands, costOf, prepareSessions, uses } from '../fixtures/typical-use.ts'

const KINDS = ['get', 'evalsha', 'eval', 'mget', 'hgetall', 'exec', 'zrange']

function counterOf(servers: readonly Redis[]): CountCommands {
  return async () => {
    const counts: Record<string, number> = {}
    for (const info of await Promise.all(servers.map((redis) => redis.info('commandstats')))) {
      for (const [, name, calls] of info.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)) {
        if (name !== undefined && KINDS.includes(name)) counts[name] = (counts[name] ?? 0) + Number(calls)
      }
    }
    return counts
  }
}

t.test('one server is sent one command for a read, and one script for a write', async (t) => {
  const server = await startRedis()
  const redis = new Redis(server.url)
  const store = createRedisStore({ url: server.url })
  t.teardown(async () => {
    redis.disconnect()
    await store.close()
    await server.stop()
  })
  const sessions = await prepareSessions(store)
  const count = counterOf([redis])
  t.strictSame(await costOf(count, (round) => uses.load(sessions, round)), { get: 1 })
  t.strictSame(await costOf(count, (round) => uses.touch(sessions, round)), { evalsha: 1 })
  t.strictSame(await costOf(count, (round) => uses.save(sessions, round)), { get: 1, evalsha: 1 })
  t.strictSame(await costOf(count, (round) => uses.create(sessions, round)), { evalsha: 1 })
  t.strictSame(await costOf(count, (round) => uses.signIn(sessions, round)), { evalsha: 1 })
  t.strictSame(await costOf(count, (round) => uses.destroy(sessions, round)), { eval: 0.05, evalsha: 1 })
})

t.test('a Cluster is sent more only where an owner is new', async (t) => {
  const cluster = await startRedisCluster()
  const masters = (await cluster.masters()).map(({ host, port }) => new Redis(port, host))
  const nodes = cluster.nodes.map(({ host, port }) => ({ host, port }))
  const store: SessionStore = createRedisStore({ nodes })
  t.teardown(async () => {
    for (const redis of masters) redis.disconnect()
    await store.close()
    await cluster.stop()
  })
  const sessions = await prepareSessions(store)
  // Each server is sent each script once before it knows it.
  for (let round = 0; round < 20; round++) {
    await uses.signIn(sessions, round + 100)
    await uses.save(sessions, round)
    await uses.touch(sessions, round)
  }
  const count = counterOf(masters)
  t.strictSame(await costOf(count, (round) => uses.load(sessions, round)), { get: 1 })
  t.strictSame(await costOf(count, (round) => uses.touch(sessions, round)), { evalsha: 1 })
  t.strictSame(await costOf(count, (round) => uses.save(sessions, round)), { get: 1, evalsha: 1 })
  t.strictSame(await costOf(count, (round) => uses.signIn(sessions, round)), { evalsha: 3 })
})
