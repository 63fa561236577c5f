import { existsSync } from 'node:fs'
import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { collect, putSample, sampleKey } from '../../src/conformance/samples.ts'
import { createRedisStore, type RedisClient, toStoreKey } from '../../src/index.ts'
import { realClock } from '../fixtures/outages.ts'

const socket = `/tmp/keyturn-redis-${process.pid}.sock`
const server = await startRedis({ parameters: { unixsocket: socket } })
const redis = new Redis(server.url)
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

t.test('an instance of the application is used with its own prefix, and stays open', async (t) => {
  const mine = new Redis(server.url, { keyPrefix: 'shop[1]*:' })
  t.teardown(() => mine.disconnect())
  const client: RedisClient = mine as unknown as RedisClient
  const store = createRedisStore({ client, prefix: 'sess:' })
  const { key, record } = await putSample(store, realClock, { ownerTag: Buffer.alloc(32, 4) })
  t.equal(await redis.exists(`shop[1]*:sess:s:${key.toString('base64url')}`), 1)
  t.strictSame({ ...(await store.get(key)) }, record)
  t.equal((await store.listByOwner?.(Buffer.alloc(32, 4)))?.length, 1)
  t.equal((await store.statistics?.())?.active, 1)
  if (store.scan === undefined) return t.fail('no scan')
  t.strictSame((await collect(store.scan())).map((session) => session.key), [key])
  await store.close()
  t.equal(await mine.ping(), 'PONG')
})

t.test('a hundred requests that wait for the first connection listen once', async (t) => {
  const warned: string[] = []
  const listen = (warning: Error): void => void warned.push(warning.name)
  process.on('warning', listen)
  t.teardown(() => process.off('warning', listen))
  const store = createRedisStore({ url: server.url, prefix: 'first:' })
  t.teardown(() => store.close())
  await Promise.all(Array.from({ length: 100 }, () => store.get(sampleKey())))
  t.strictSame(warned, [])
})

t.test('a unix socket serves as well', async (t) => {
  t.ok(existsSync(socket))
  const store = createRedisStore({ connection: { path: socket }, prefix: 'unix:' })
  t.teardown(() => store.close())
  const { key } = await putSample(store, realClock)
  t.ok(await store.get(key))
})

t.test('a server that forgot the scripts is given them again', async (t) => {
  const store = createRedisStore({ url: server.url, prefix: 'forgot:' })
  t.teardown(() => store.close())
  const { key, record } = await putSample(store, realClock)
  await redis.script('FLUSH')
  t.equal(await store.put(key, { ...record, version: 2 }, 1), 'stored')
  await redis.script('FLUSH')
  t.equal(await store.touch(key, record.expiresAt), true)
})

t.test('values of another program are told, not misread', async (t) => {
  const store = createRedisStore({ url: server.url, prefix: 'foreign:' })
  t.teardown(() => store.close())
  const key = toStoreKey('x')
  for (const value of ['short', 'x'.repeat(200)]) {
    await redis.set(`foreign:s:${key.toString('base64url')}`, value)
    await t.rejects(store.get(key), { code: 'KEYTURN_STORE_RECORD' })
    await t.rejects(store.touch(key, Date.now() + 1000), { code: 'KEYTURN_STORE_RECORD' })
    await t.rejects(store.destroy(key), { code: 'KEYTURN_STORE_RECORD' })
  }
  await redis.set('foreign:s:not-a-key', 'x')
  t.equal((await store.statistics?.())?.total, 0)
})

t.test('two prefixes are two stores, also where one begins with the other', async (t) => {
  const [short, long] = [createRedisStore({ url: server.url, prefix: 'a:' }), createRedisStore({ url: server.url, prefix: 'a:s:' })]
  t.teardown(() => Promise.all([short.close(), long.close()]).then(() => undefined))
  const { key } = await putSample(long, realClock)
  t.equal(await short.get(key), undefined)
  t.equal((await short.statistics?.())?.total, 0)
})

t.test('a wrong password is told as a refusal', async (t) => {
  const locked = await startRedis({ password: 'right-password' })
  t.teardown(() => locked.stop())
  const store = createRedisStore({ connection: { host: locked.host, port: locked.port, password: 'wrong-password' }, timeoutMs: 500 })
  t.teardown(() => store.close())
  const error = await store.get(sampleKey()).then(() => undefined, (failure: unknown) => failure as Error)
  t.match(error, { code: /KEYTURN_STORE_(FAILED|UNAVAILABLE)/ })
  t.notMatch(String(error?.message), /wrong-password/)
})

t.test('wrong options are told all at once', async (t) => {
  const wrong = { url: 'http://u:topsecret@x', nodes: [], prefix: '', timeoutMs: Number.NaN, db: 1 }
  let message = ''
  try {
    createRedisStore(wrong)
  } catch (error) {
    message = (error as Error).message
  }
  t.match(message, /unknown option db.*exactly one of.*url must begin.*nodes.*prefix.*timeoutMs/)
  t.notMatch(message, /topsecret/)
  t.throws(() => createRedisStore({}), TypeError)
})
