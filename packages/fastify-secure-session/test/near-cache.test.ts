import { setTimeout as wait } from 'node:timers/promises'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import { createNearCache } from '@keyturn/session-stores/near-cache'
import { createRedisStore } from '@keyturn/session-stores/redis'
import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import { Registry } from 'prom-client'
import t from 'tap'
import { secureSession } from '../src/index.ts'
import { resolveOptions } from '../src/options/resolve-options.ts'
import { plainRoutes, secureApp } from './fixtures/apps.ts'
import Fastify from 'fastify'

const server = await startRedis()
const redis = new Redis(server.url)
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

async function countGets(): Promise<number> {
  return Number(/^cmdstat_get:calls=(\d+)/m.exec(await redis.info('commandstats'))?.[1] ?? 0)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 2000; attempt++) {
    if (await isSo()) return
    await wait(10)
  }
  throw new Error('waited in vain')
}

t.test('requests with a session that was read before ask the store nothing, and a sign-out elsewhere is seen', async (t) => {
  const metrics = new Registry()
  const store = createRedisStore({ url: server.url })
  t.teardown(() => store.close())
  const browser = await secureApp(store, { folder: t.testdir(), nearCache: { maxAgeMs: 60_000 }, metrics }, (app) => {
    plainRoutes(app)
    app.get('/sign-in', async (request) => {
      await request.signIn('ada')
      return 'signed in'
    })
    app.get('/who', async (request) => ({ user: request.signedInUserId ?? 'nobody' }))
    app.get('/health', async () => app.secureSession.health())
  })
  t.teardown(() => browser.close())
  const who = async (): Promise<unknown> => JSON.parse((await browser.get('/who')).body).user
  await browser.get('/sign-in')
  await until(async () => {
    const { hits } = JSON.parse((await browser.get('/health')).body).nearCache
    await who()
    return JSON.parse((await browser.get('/health')).body).nearCache.hits > hits
  })
  const costOf50 = async (): Promise<{ gets: number; bypasses: number }> => {
    const count = async () => ({ gets: await countGets(), bypasses: Number((await browser.app.secureSession.health()).nearCache?.bypasses) })
    await who()
    const before = await count()
    for (let i = 0; i < 50; i++) t.equal(await who(), 'ada')
    const after = await count()
    return { gets: after.gets - before.gets, bypasses: after.bypasses - before.bypasses }
  }
  let cost = await costOf50()
  // A process that stood still in between asks the store first, and rightly so.
  for (let attempt = 1; cost.bypasses > 0 && attempt < 20; attempt++) cost = await costOf50()
  t.strictSame(cost, { gets: 0, bypasses: 0 })
  t.match(await metrics.metrics(), /^keyturn_session_near_cache_reads_total\{outcome="hit"\} [1-9]/m)

  const [name = ''] = await redis.keys('keyturn:s:*')
  await redis.del(name)
  await until(async () => (await who()) === 'nobody')
})

t.test('a near cache that the application made is a store like any other', async (t) => {
  const store = createNearCache(createRedisStore({ url: server.url }))
  t.teardown(() => store.close())
  const browser = await secureApp(store, { folder: t.testdir() }, plainRoutes)
  t.teardown(() => browser.close())
  await browser.get('/set/tea/green')
  await until(async () => {
    t.match(JSON.parse((await browser.get('/read')).body), { tea: 'green' })
    return store.cacheStatus().hits > 0
  })
})

t.test('a store of the application stays open when the plugin closes', async (t) => {
  const store = createRedisStore({ url: server.url })
  t.teardown(() => store.close())
  const browser = await secureApp(store, { folder: t.testdir(), nearCache: true }, plainRoutes)
  await browser.get('/read')
  await browser.close()
  await t.resolves(store.ping())
})

t.test('where it cannot be, the start is refused; where sessions are in memory anyhow, it is left out', async (t) => {
  const env = { NODE_ENV: 'production', USE_REDIS_SESSIONS: 'true', REDIS_URL: 'redis://r', DATABASE_URL: 'postgres://d', SESSION_NEAR_CACHE: 'true' }
  t.throws(() => resolveOptions({ env }), /nearCache.*SESSION_FALLBACK/)
  t.strictSame(resolveOptions({ env: { ...env, SESSION_FALLBACK: 'false' } }).nearCache, {})
  t.equal(resolveOptions({ env, nearCache: false }).nearCache, undefined)
  t.throws(() => resolveOptions({ env: {}, stateless: true, nearCache: true }), /stateless/)

  const memory = createMemoryStore({ environment: 'test' })
  const durable = { ...memory, supports: { ...memory.supports, durable: true } }
  const secretFile = `${t.testdir()}/secrets/secrets.json`
  const options = { secretFile, env: { NODE_ENV: 'test' }, nearCache: true }
  await t.rejects(Promise.resolve(Fastify().register(secureSession, { ...options, store: durable })), { code: 'KEYTURN_STORE_FEED' })
  const app = Fastify()
  await app.register(secureSession, { ...options, store: memory })
  t.equal((await app.secureSession.health()).nearCache, undefined)
  await app.close()
})
