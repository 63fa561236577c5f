import { randomBytes } from 'node:crypto'
import { startRedisCluster } from '@keyturn/testing/redis'
import { Cluster } from 'ioredis'
import t, { test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { collect, putSample, repeat } from '../../src/conformance/samples.ts'
import { createRedisStore, type RedisClient } from '../../src/index.ts'
import { writeThroughFailover } from './fixtures/failover.ts'
import { testRevocation } from '../fixtures/concurrency.ts'
import { createStoreFactory } from '../fixtures/store-factory.ts'
import { realClock } from '../fixtures/outages.ts'

const cluster = await startRedisCluster({ password: 'cluster-password' })
t.teardown(() => cluster.stop())
const nodes = cluster.nodes.map(({ host, port }) => ({ host, port }))
const connection = { password: cluster.password }
const open = (prefix: string): ReturnType<typeof createRedisStore> => createRedisStore({ nodes, connection, prefix })

testConformance({ test, ...createStoreFactory(open) })

t.test('an instance of the application serves as well', async (t) => {
  const mine = new Cluster(nodes, { redisOptions: connection })
  t.teardown(() => mine.disconnect())
  const store = createRedisStore({ client: mine as unknown as RedisClient, prefix: 'mine:' })
  const ownerTag = randomBytes(32)
  const sessions = await Promise.all(repeat(30, () => putSample(store, realClock, { ownerTag })))
  t.equal((await store.statistics?.())?.active, 30, 'on every master')
  if (store.scan === undefined) return t.fail('no scan')
  t.equal((await collect(store.scan({ batchSize: 3 }))).length, 30)
  t.equal(await store.destroyByOwner?.(ownerTag, { except: sessions[0]?.key ?? randomBytes(32) }), 29)
})

t.test('no session survives that was signed in to before all were ended', (t) => testRevocation(t, () => createRedisStore({ nodes, connection, prefix: 'revoke:', timeoutMs: 60_000 })))

t.test('a failover in the middle of writing tears no session and hangs no request', async (t) => {
  await writeThroughFailover(t, open('failover:'), () => cluster.failOver())
})

testConformance({ test: (name, body) => test(`after a failover: ${name}`, body), ...createStoreFactory(open) })
