import { createHash } from 'node:crypto'
import { startRedis, startRedisCluster } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { createRedisStore, type SessionStore, type StoredSession } from '../../src/index.ts'

function sessionOf(index: number): StoredSession {
  const expiresAt = Date.now() + 3_600_000
  const record = { sealed: Buffer.from(`sealed ${index}`), keyId: '00112233445566aa', version: 1, ownerTag: undefined, createdAt: 1, expiresAt }
  return { key: createHash('sha256').update(String(index)).digest(), record }
}

t.test('few sessions are counted, of many the number is near, whatever else the server keeps', async (t) => {
  const server = await startRedis()
  const redis = new Redis(server.url)
  const store: SessionStore = createRedisStore({ url: server.url, timeoutMs: 10_000 })
  t.teardown(async () => {
    redis.disconnect()
    await store.close()
    await server.stop()
  })
  t.equal(await store.estimate?.(), 0)
  await redis.mset(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`other ${i}`, 'x'])))
  await store.putNewer?.(Array.from({ length: 200 }, (_, i) => sessionOf(i)))
  t.equal(await store.estimate?.(), 200)

  await redis.mset(Object.fromEntries(Array.from({ length: 12_000 }, (_, i) => [`other ${i}`, 'x'])))
  for (let at = 0; at < 8000; at += 1000) await store.putNewer?.(Array.from({ length: 1000 }, (_, i) => sessionOf(at + i)))
  const estimated = (await store.estimate?.()) ?? Number.NaN
  t.ok(estimated > 7200 && estimated < 8800, `${estimated} of 8000`)
})

t.test('a Cluster is asked server by server, also for many sessions at once', async (t) => {
  const cluster = await startRedisCluster()
  const store: SessionStore = createRedisStore({ nodes: cluster.nodes.map(({ host, port }) => ({ host, port })), timeoutMs: 10_000 })
  t.teardown(async () => {
    await store.close()
    await cluster.stop()
  })
  const sessions = Array.from({ length: 250 }, (_, i) => sessionOf(i))
  t.equal(await store.putNewer?.(sessions), 250)
  t.equal(await store.estimate?.(), 250)
  t.equal((await store.findLive?.([...sessions.map(({ key }) => key), sessionOf(999).key]))?.length, 250)
  const found = new Set<string>()
  for await (const { key } of store.scan?.({ batchSize: 40 }) ?? []) found.add(key.toString('hex'))
  t.equal(found.size, 250)
})
