import { Cluster } from 'ioredis'
import { test } from 'tap'
import type { Test } from 'tap'
import { startRedisCluster } from '../../src/redis/index.ts'
import type { RedisCluster } from '../../src/redis/index.ts'

function connect(t: Test, { nodes, password }: RedisCluster): Cluster {
  const client = new Cluster(nodes.map(({ host, port }) => ({ host, port })), { redisOptions: { password }, slotsRefreshTimeout: 5_000 })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  return client
}

test('a cluster of three masters and their replicas takes writes on all slots, and survives the loss of a master', { timeout: 120_000 }, async t => {
  await using cluster = await startRedisCluster({ password: 'pass word'.replace(' ', '-') })
  t.equal(cluster.nodes.length, 6)
  t.strictSame((await cluster.masters()).map(({ port }) => port), cluster.nodes.slice(0, 3).map(({ port }) => port))
  const client = connect(t, cluster)
  const keys = Array.from({ length: 300 }, (_, index) => `key-${index}`)
  await Promise.all(keys.map(key => client.set(key, key)))
  t.equal(new Set(await Promise.all(keys.map(async key => (await cluster.masterOf(key)).port))).size, 3, 'all masters have some of the keys')

  const victim = await cluster.masterOf('key-0')
  await cluster.waitUntilHealthy()
  const { failed, promoted, tookMs } = await cluster.failOver(victim)
  t.comment(`fail-over took ${Math.round(tookMs)} ms`)
  t.equal(failed, victim)
  t.equal(await cluster.masterOf('key-0'), promoted)
  t.strictSame(await Promise.all(keys.map(key => client.get(key))), keys, 'nothing that was in step is lost')

  await failed.restart()
  await cluster.waitUntilHealthy()
  t.notOk((await cluster.masters()).includes(failed), 'it came back as a replica')
  await t.rejects(cluster.failOver(failed), { name: 'TypeError', message: /no master/ })
})

test('wrong options of a cluster are refused', async t => {
  await t.rejects(startRedisCluster({ masters: 2 }), TypeError)
  await t.rejects(startRedisCluster({ password: '', startTimeoutMs: 0 }), { name: 'TypeError', message: /startRedisCluster: password.*startTimeoutMs/ })
})
