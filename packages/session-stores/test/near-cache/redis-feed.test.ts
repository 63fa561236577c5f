import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import t, { test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { putSample } from '../../src/conformance/samples.ts'
import { createRedisStore, type NearCache, type RedisClient, type SessionStore } from '../../src/index.ts'
import { realClock } from '../fixtures/outages.ts'
import { createStoreFactory } from '../fixtures/store-factory.ts'
import { testFeed } from './fixtures/feed-suite.ts'
import { checkEnded, keep, openNearCache, watch } from './fixtures/near-caches.ts'

const server = await startRedis()
const redis = new Redis(server.url, { retryStrategy: () => 50 })
redis.on('error', () => undefined)
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

/** What the feed asks for by itself, and what counting asks for. */
const OF_THE_FEED = new Set(['ping', 'info', 'client|id', 'client|tracking', 'client|setname', 'client|setinfo', 'subscribe', 'hello'])

testFeed({
  server,
  open: (url, timeoutMs = 2000) => createRedisStore({ url, timeoutMs }),
  async countCommands() {
    const lines = [...(await redis.info('commandstats')).matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm)]
    return lines.filter(([, name = '']) => !OF_THE_FEED.has(name)).reduce((sum, [, , calls]) => sum + Number(calls), 0)
  },
  killFeeds: async () => t.ok(Number(await redis.client('KILL', 'TYPE', 'PUBSUB')) > 0),
  emptyings: { FLUSHALL: () => redis.flushall(), FLUSHDB: () => redis.flushdb('ASYNC') },
})

const spaces = createStoreFactory((prefix) => createRedisStore({ url: server.url, prefix }))
const plainOf = new WeakMap<SessionStore, SessionStore>()
async function cacheOver(store: SessionStore): Promise<NearCache> {
  const cache = await openNearCache(store)
  plainOf.set(cache, store)
  return cache
}
// What others do is told a moment later: those who ask at once, as the suite does, ask a store that keeps nothing.
testConformance({
  test: (name, body) => test(`with near cache: ${name}`, body),
  createStore: () => cacheOver(spaces.createStore()),
  connect: (store) => spaces.connect(plainOf.get(store) ?? store),
})

t.test('an instance of the application serves, with a prefix of its own', async (t) => {
  const mine = new Redis(server.url, { keyPrefix: 'shop[1]*:', protocol: 3 })
  t.teardown(() => mine.disconnect())
  const store = createRedisStore({ client: mine as unknown as RedisClient, prefix: 'sess:' })
  const cache = await openNearCache(store)
  t.teardown(() => cache.close())
  const { key } = await putSample(cache, realClock)
  await keep(cache, key)
  await checkEnded(t, cache, key, () => redis.del(`shop[1]*:sess:s:${key.toString('base64url')}`))
})

t.test('TLS and a password are those of the store', async (t) => {
  await using locked = await startRedis({ tls: 'required', password: 'p@ss/word' })
  const open = (): SessionStore => createRedisStore({ url: locked.url, connection: { tls: locked.tls } })
  const [cache, other] = [await openNearCache(open()), open()]
  t.teardown(() => Promise.all([cache.close(), other.close()]).then(() => undefined))
  const { key } = await putSample(cache, realClock)
  await keep(cache, key)
  await checkEnded(t, cache, key, () => other.destroy(key))
})

t.test('a client that reads from replicas is refused', async (t) => {
  const mine = new Redis(server.url, { role: 'slave' })
  t.teardown(() => mine.disconnect())
  const store = createRedisStore({ client: mine as unknown as RedisClient })
  await t.rejects(watch(store), { code: 'KEYTURN_STORE_FEED', message: /replicas/ })
})

t.test('a role that may not listen is told as a refusal', async (t) => {
  await redis.call('ACL', 'SETUSER', 'narrow', 'on', '>narrow', '~keyturn:*', '+@all', '-client', 'resetchannels')
  const store = createRedisStore({ connection: { host: server.host, port: server.port, username: 'narrow', password: 'narrow' } })
  t.teardown(() => store.close())
  await t.rejects(watch(store), { code: 'KEYTURN_STORE_FAILED', reason: 'NOPERM' })
})
