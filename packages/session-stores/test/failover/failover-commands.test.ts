import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { createFailoverStore, createPostgresStore, createRedisStore, type SessionStore } from '../../src/index.ts'
import { type CountCommands, costOf, prepareSessions, uses } from '../fixtures/typical-use.ts'

const KINDS = ['get', 'evalsha', 'eval', 'mget', 'hgetall', 'exec', 'zrange']

t.test('in normal times a chain costs the first link one command for a read and one for a write', async (t) => {
  const [server, postgres] = await Promise.all([startRedis(), startPostgres()])
  const redis = new Redis(server.url)
  const batches: number[] = []
  const second = createPostgresStore({ url: postgres.url })
  const counted: SessionStore = {
    ...second,
    async putNewer(sessions) {
      batches.push(sessions.length)
      return (await second.putNewer?.(sessions)) ?? 0
    },
  }
  // Nothing that comes by the clock falls into what is counted.
  const settings = { timeoutMs: 30_000, leaseMs: 60_000, mirror: { maxDelayMs: 600_000 } }
  const chain = createFailoverStore([createRedisStore({ url: server.url }), counted], settings)
  t.teardown(async () => {
    redis.disconnect()
    await chain.close()
    await Promise.all([server.stop(), postgres.stop()])
  })
  const count: CountCommands = async () => {
    const info = await redis.info('commandstats')
    const found = [...info.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)].filter(([, name]) => KINDS.includes(name ?? ''))
    return Object.fromEntries(found.map(([, name, calls]) => [name, Number(calls)]))
  }
  const sessions = await prepareSessions(chain)
  t.equal(chain.status().serving, 'redis')
  t.strictSame(await costOf(count, (round) => uses.load(sessions, round)), { get: 1 })
  t.strictSame(await costOf(count, (round) => uses.touch(sessions, round)), { evalsha: 1 })
  t.strictSame(await costOf(count, (round) => uses.save(sessions, round)), { get: 1, evalsha: 1 })
  t.strictSame(await costOf(count, (round) => uses.signIn(sessions, round)), { evalsha: 1 })
  t.strictSame(batches, [], 'nobody has waited for the second link')
  const pending = chain.status().mirror.pending
  await chain.close()
  t.strictSame(batches, [pending], 'one statement takes them all')
})
