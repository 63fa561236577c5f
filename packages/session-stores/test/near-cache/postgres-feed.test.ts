import { randomBytes } from 'node:crypto'
import { startPostgres } from '@keyturn/testing/postgres'
import postgres from 'postgres'
import t, { type Test, test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { putSample } from '../../src/conformance/samples.ts'
import { createPostgresStore, type NearCache, postgresFeedSql, postgresSchemaSql, type SessionStore } from '../../src/index.ts'
import { realClock } from '../fixtures/outages.ts'
import { createStoreFactory } from '../fixtures/store-factory.ts'
import { testFeed } from './fixtures/feed-suite.ts'
import { checkEnded, keep, openNearCache, until, untilAnswering, watch } from './fixtures/near-caches.ts'

const server = await startPostgres({ parameters: { shared_preload_libraries: 'pg_stat_statements' } })
const sql = postgres(server.url, { onnotice: () => undefined, max: 2 })
await sql`create extension pg_stat_statements`
t.teardown(async () => {
  await sql.end()
  await server.stop()
})

const LISTENERS = "from pg_stat_activity where query like 'listen %' and pid <> pg_backend_pid()"

testFeed({
  server,
  open: (url, timeoutMs = 2000) => createPostgresStore({ url, timeoutMs, maxConnections: 3 }),
  async countCommands() {
    const [counted] = await sql`select coalesce(sum(calls), 0)::int as calls from pg_stat_statements
      where query not like '%pg_stat_statements%' and query not like '%pg_notify%'`
    return Number(counted?.['calls'])
  },
  killFeeds: async () => t.ok((await sql.unsafe(`select pg_terminate_backend(pid) ${LISTENERS}`)).length > 0),
  emptyings: {
    TRUNCATE: () => sql`truncate keyturn_sessions`,
    'DELETE by hand': () => sql`delete from keyturn_sessions`,
    'DROP TABLE': () => sql`drop table keyturn_sessions, keyturn_sessions_schema`,
  },
})

const spaces = createStoreFactory((table) => createPostgresStore({ url: server.url, table, maxConnections: 3 }))
const plainOf = new WeakMap<SessionStore, SessionStore>()
async function cacheOver(store: SessionStore): Promise<NearCache> {
  const cache = await openNearCache(store)
  plainOf.set(cache, store)
  return cache
}
testConformance({
  test: (name, body) => test(`with near cache: ${name}`, body),
  createStore: () => cacheOver(spaces.createStore()),
  connect: (store) => spaces.connect(plainOf.get(store) ?? store),
})

async function freshDatabase(t: Test): Promise<{ url: string; admin: postgres.Sql }> {
  const database = await server.createDatabase()
  const admin = postgres(database.url, { onnotice: () => undefined, max: 1 })
  t.teardown(() => admin.end())
  return { url: database.url, admin }
}

t.test('a table of which nobody watches has no trigger', async (t) => {
  const { url, admin } = await freshDatabase(t)
  const store = createPostgresStore({ url })
  t.teardown(() => store.close())
  await putSample(store, realClock)
  t.equal((await admin`select from pg_trigger where not tgisinternal`).count, 0)
})

t.test('a table that was dropped and made again, and a trigger that was switched off, are noticed', async (t) => {
  const { url, admin } = await freshDatabase(t)
  const store = createPostgresStore({ url, maxConnections: 2 })
  const cache = await openNearCache(store)
  const other = createPostgresStore({ url, maxConnections: 2 })
  t.teardown(() => Promise.all([cache.close(), other.close()]).then(() => undefined))
  const first = await putSample(cache, realClock)
  await keep(cache, first.key)
  await admin`drop table keyturn_sessions, keyturn_sessions_schema`
  const feed = await watch(other)
  await checkEnded(t, cache, first.key, async () => feed.close())
  await untilAnswering(cache)
  const second = await putSample(cache, realClock)
  await keep(cache, second.key)
  await checkEnded(t, cache, second.key, async () => {
    await admin`alter table keyturn_sessions disable trigger keyturn_tell`
    await other.destroy(second.key)
  })
  await untilAnswering(cache)
  const third = await putSample(cache, realClock)
  await keep(cache, third.key)
  await checkEnded(t, cache, third.key, () => other.destroy(third.key))
})

t.test('changes that replication applies are told', async (t) => {
  const cache = await openNearCache(createPostgresStore({ url: server.url, maxConnections: 2 }))
  t.teardown(() => cache.close())
  const { key } = await putSample(cache, realClock)
  await keep(cache, key)
  await checkEnded(t, cache, key, () => sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`
    await transaction`delete from keyturn_sessions where key = ${key}`
  }))
})

t.test('removing what has expired tells nobody', async (t) => {
  const { url, admin } = await freshDatabase(t)
  const store = createPostgresStore({ url })
  t.teardown(() => store.close())
  let told = 0
  const feed = await watch(store, { changed: () => told++ })
  for (let i = 0; i < 5; i++) await putSample(store, realClock, { expiresAt: Date.now() + 1 })
  await admin`update keyturn_sessions set expires_at = now() - interval '1 hour'`
  await feed.confirm()
  t.equal(told, 5)
  t.equal(await store.prune?.(), 5)
  await feed.confirm()
  t.equal(told, 5)
  await feed.close()
})

t.test('a role that may not make triggers is told the SQL, which makes it work; reads go on meanwhile', async (t) => {
  const { url, admin } = await freshDatabase(t)
  const role = `app_${randomBytes(4).toString('hex')}`
  await admin.unsafe(postgresSchemaSql())
  await admin.unsafe(`create role ${role} login password 'app'`)
  await admin.unsafe(`grant select on keyturn_sessions, keyturn_sessions_schema to ${role}`)
  await admin.unsafe(`grant insert, update, delete on keyturn_sessions to ${role}`)
  const limited = new URL(url)
  limited.username = role
  limited.password = 'app'
  const store = createPostgresStore({ url: limited.href, maxConnections: 2 })
  t.teardown(() => store.close())
  await t.rejects(watch(store), { code: 'KEYTURN_STORE_SCHEMA', message: /create or replace trigger/ })
  const strict = createPostgresStore({ url, createTable: false })
  t.teardown(() => strict.close())
  await t.rejects(watch(strict), { code: 'KEYTURN_STORE_SCHEMA' })
  await admin.unsafe(postgresFeedSql())
  const cache = await openNearCache(store)
  t.teardown(() => cache.close())
  const { key } = await putSample(cache, realClock)
  await keep(cache, key)
  await checkEnded(t, cache, key, () => strict.destroy(key))
})

t.test('an instance of the application serves, on a table of any name', async (t) => {
  const { url } = await freshDatabase(t)
  const mine = postgres(url, { max: 2, onnotice: () => undefined })
  t.teardown(() => mine.end())
  const place = { schema: "My 'Schema'", table: 'sess; drop table x --' }
  const cache = await openNearCache(createPostgresStore({ client: mine, ...place }))
  const other = createPostgresStore({ url, ...place })
  t.teardown(() => Promise.all([cache.close(), other.close()]).then(() => undefined))
  const { key } = await putSample(cache, realClock)
  await keep(cache, key)
  await checkEnded(t, cache, key, () => other.destroy(key))
})

t.test('ten processes that watch at once make the triggers once, and closing leaves no connection', async (t) => {
  const { url, admin } = await freshDatabase(t)
  const stores = Array.from({ length: 10 }, () => createPostgresStore({ url, maxConnections: 1 }))
  t.teardown(() => Promise.all(stores.map((store) => store.close())).then(() => undefined))
  const feeds = await Promise.all(stores.map((store) => watch(store)))
  t.equal((await admin`select from pg_trigger where not tgisinternal`).count, 2)
  await Promise.all(feeds.map((feed) => feed.confirm()))
  await Promise.all(feeds.map((feed) => feed.close()))
  await until('no connection listens', async () => {
    const [left] = await admin.unsafe(`select count(*)::int as n ${LISTENERS} and datname = current_database()`)
    return left?.['n'] === 0
  })
})
