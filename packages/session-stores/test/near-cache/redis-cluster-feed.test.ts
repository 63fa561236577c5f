import { startRedisCluster } from '@keyturn/testing/redis'
import { Cluster } from 'ioredis'
import t from 'tap'
import { createRedisStore, type RedisClient, type SessionStore } from '../../src/index.ts'
import { testFailover } from './fixtures/failover-feed.ts'
import { watch } from './fixtures/near-caches.ts'

const cluster = await startRedisCluster({ password: 'cluster-password' })
t.teardown(() => cluster.stop())
const nodes = cluster.nodes.map(({ host, port }) => ({ host, port }))
const connection = { password: cluster.password }

t.test('every master tells, also the one that was a replica before', async (t) => {
  await testFailover(t, (): SessionStore => createRedisStore({ nodes, connection }), () => cluster.failOver())
})

t.test('a client that reads from replicas is refused', async (t) => {
  const mine = new Cluster(nodes, { redisOptions: connection, scaleReads: 'slave' })
  t.teardown(() => mine.disconnect())
  await t.rejects(watch(createRedisStore({ client: mine as unknown as RedisClient })), { code: 'KEYTURN_STORE_FEED' })
})
