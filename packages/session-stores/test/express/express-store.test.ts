import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { startMariadb } from '@keyturn/testing/mariadb'
import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import createSqliteStore from 'better-sqlite3-session-store'
import createPgStore from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import createMysqlStore from 'express-mysql-session'
import session from 'express-session'
import { createClient } from 'redis'
import t, { type Test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { createExpressStore, type ExpressStore } from '../../src/express/index.ts'

/** The suite on one store for express-session. */
function conform(parent: Test, name: string, open: () => ExpressStore | Promise<ExpressStore>): void {
  void parent.test(name, async (t) => {
    testConformance({
      test: (behaviour, body) => t.test(behaviour, body),
      createStore: async () => createExpressStore({ store: await open(), name }),
    })
  })
}

conform(t, 'memory-store', () => new session.MemoryStore())

t.test('with a server', async (t) => {
  const [redis, postgres, mariadb] = await Promise.all([startRedis(), startPostgres(), startMariadb({ parameters: { max_connections: '1000' } })])
  const client = createClient({ url: redis.url })
  await client.connect()
  // Each behaviour opens a store, and each store connections that stay.
  const { name: database } = await mariadb.createDatabase()
  const { hostname, port, username, password } = new URL(mariadb.url)
  const mysql = { host: hostname, port: Number(port), user: username, password, database, clearExpired: false }
  const PgStore = createPgStore(session)
  const MysqlStore = createMysqlStore(session)
  const pgStore = new PgStore({ conString: postgres.url, createTableIfMissing: true, pruneSessionInterval: false })
  const opened: { close(): Promise<void> }[] = [pgStore]
  t.teardown(async () => {
    await Promise.all(opened.map((store) => store.close()))
    client.destroy()
    await Promise.all([redis.stop(), postgres.stop(), mariadb.stop()])
  })

  conform(t, 'connect-redis', () => new RedisStore({ client, prefix: `${randomUUID()}:` }))
  conform(t, 'connect-pg-simple', () => pgStore)
  conform(t, 'express-mysql-session', async () => {
    const store = new MysqlStore({ ...mysql, schema: { tableName: `s${randomUUID().replaceAll('-', '')}` } })
    opened.push(store)
    await store.onReady()
    return store
  })
})

t.test('with SQLite', async (t) => {
  const SqliteStore = createSqliteStore(session)
  conform(t, 'better-sqlite3', () => {
    const client = new DatabaseSync(':memory:')
    return unrefTimers(() => new SqliteStore({ client }))
  })
})

/** This store starts a timer that it never ends. */
function unrefTimers<T>(create: () => T): T {
  const original = globalThis.setInterval
  globalThis.setInterval = ((callback: () => void, ms: number) => original(callback, ms).unref()) as typeof setInterval
  try {
    return create()
  } finally {
    globalThis.setInterval = original
  }
}
