import { Redis } from 'ioredis'
import { test } from 'tap'
import { startRedisSentinel } from '../../src/redis/index.ts'

test('sentinels lead a client to the master, and to its replica when the master is lost', { timeout: 120_000 }, async t => {
  await using group = await startRedisSentinel({ password: 'secret' })
  t.equal(group.sentinels.length, 3)
  t.equal(await group.master(), group.nodes[0])
  const client = new Redis({ name: group.name, sentinels: group.sentinels.map(({ host, port }) => ({ host, port })), password: group.password, maxRetriesPerRequest: null })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  await client.set('key', 'value')
  t.equal(await client.call('WAIT', 1, 30_000), 1)

  const { failed, promoted, tookMs } = await group.failOver()
  t.comment(`fail-over took ${Math.round(tookMs)} ms`)
  t.equal(failed, group.nodes[0])
  t.equal(promoted, group.nodes[1])
  t.equal(await client.get('key'), 'value')
  await client.set('key', 'newer')

  await failed.restart()
  await group.waitUntilHealthy()
  t.equal(await group.master(), promoted, 'it came back as a replica')
})

test('wrong options of a sentinel group are refused', async t => {
  await t.rejects(startRedisSentinel({ password: 'a b' }), { name: 'TypeError', message: /startRedisSentinel: password/ })
})
