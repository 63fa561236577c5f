import { startPostgres } from '@keyturn/testing/postgres'
import { type Proxy, startProxy } from '@keyturn/testing/proxy'
import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import t from 'tap'
import { createPostgresStore, createRedisStore } from '../../src/index.ts'
import { BATCH, measureSignOuts } from './fixtures/sign-outs.ts'

/** The default of both heartbeat options together. */
const STATED_MS = 1000

const [redisServer, postgresServer] = await Promise.all([startRedis(), startPostgres()])
const redis = new Redis(redisServer.url)
const sql = postgres(postgresServer.url, { max: 1, onnotice: () => undefined })
t.teardown(async () => {
  redis.disconnect()
  await sql.end()
  await Promise.all([redisServer.stop(), postgresServer.stop()])
  // Once all is over, Node 24 sometimes waits forever for requests of sockets that were reset. Nothing is left to wait for.
  process.once('exit', (code) => process.exit(code))
})

const engines = {
  redis: {
    server: redisServer,
    open: () => createRedisStore({ url: redisServer.url }),
    killFeeds: () => redis.client('KILL', 'TYPE', 'PUBSUB'),
  },
  postgres: {
    server: postgresServer,
    open: () => createPostgresStore({ url: postgresServer.url }),
    killFeeds: () => sql`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %' and pid <> pg_backend_pid()`,
  },
}

/** What may happen to a feed while sessions end. */
function faultsOf(proxy: Proxy, killFeeds: () => Promise<unknown>): readonly (() => unknown)[] {
  return [
    () => proxy.blackHole(),
    killFeeds,
    () => proxy.cut(),
    () => proxy.blackHole({ only: 'replies' }),
    () => Promise.all([killFeeds(), proxy.cut()]),
  ]
}

for (const [engine, { server, open, killFeeds }] of Object.entries(engines) as ['redis' | 'postgres', typeof engines.redis][]) {
  t.test(`${engine}: no read that begins later than the stated time after a sign-out returns the session`, async (t) => {
    const store = open()
    t.teardown(() => store.close())
    const delaysMs = await measureSignOuts({ engine, url: server.url, store, batches: 30 })
    t.equal(delaysMs.length, 2 * 30 * BATCH)
    t.ok(Math.max(...delaysMs) < STATED_MS, `at most ${Math.max(...delaysMs).toFixed(1)} ms`)
  })

  t.test(`${engine}: nor where reads take longer than word of changes`, async (t) => {
    await using proxy = await startProxy({ port: server.port })
    const store = open()
    t.teardown(() => store.close())
    const delaysMs = await measureSignOuts({
      engine,
      url: proxy.url(server.url),
      feedUrl: server.url,
      store,
      batches: 6,
      async disturb() {
        proxy.delay(8)
        return () => proxy.restore()
      },
    })
    t.equal(delaysMs.length, 2 * 6 * BATCH)
    t.ok(Math.max(...delaysMs) < STATED_MS, `at most ${Math.max(...delaysMs).toFixed(1)} ms`)
  })

  t.test(`${engine}: nor while the feeds are silent, ended and cut`, async (t) => {
    await using proxy = await startProxy({ port: server.port })
    const store = open()
    t.teardown(() => store.close())
    const faults = faultsOf(proxy, killFeeds)
    const delaysMs = await measureSignOuts({
      engine,
      url: server.url,
      feedUrl: proxy.url(server.url),
      store,
      batches: faults.length,
      async disturb(batch) {
        await faults[batch]?.()
        return () => proxy.restore()
      },
    })
    t.equal(delaysMs.length, 2 * faults.length * BATCH)
    t.ok(Math.max(...delaysMs) < STATED_MS, `at most ${Math.max(...delaysMs).toFixed(1)} ms`)
  })
}
