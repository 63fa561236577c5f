import { randomBytes } from 'node:crypto'
import { startPostgres } from '@keyturn/testing/postgres'
import { spawnNode } from '@keyturn/testing/processes'
import postgres from 'postgres'
import t from 'tap'
import { putSample, sampleKey } from '../../src/conformance/samples.ts'
import { createPostgresStore, postgresSchemaSql } from '../../src/postgres/index.ts'

const server = await startPostgres()
t.teardown(() => server.stop())
const clock = { now: () => Date.now(), advance: () => undefined }

async function freshDatabase(t: { teardown(run: () => Promise<void>): void }): Promise<{ url: string; sql: postgres.Sql }> {
  const database = await server.createDatabase()
  const sql = postgres(database.url, { onnotice: () => undefined, max: 1 })
  t.teardown(() => sql.end())
  return { url: database.url, sql }
}

t.test('twelve processes that use an empty database first at the same time all succeed', async (t) => {
  const { url, sql } = await freshDatabase(t)
  const script = new URL('./fixtures/first-use.ts', import.meta.url)
  const nodes = await Promise.all(Array.from({ length: 12 }, () => spawnNode(script, { env: { URL: url } })))
  for (const node of nodes) await node.waitForLine(/^stored,stored,stored$/, { timeoutMs: 120_000 })
  const [counted] = await sql`select count(*)::int as n from web.keyturn_sessions`
  t.equal(counted?.['n'], 36)
  t.strictSame([...(await sql`select version from web.keyturn_sessions_schema`)], [{ version: 1 }])
})

t.test('names of any letters make a table of their own', async (t) => {
  const { url, sql } = await freshDatabase(t)
  const store = createPostgresStore({ url, schema: 'My "Schema"', table: 'sess; drop table x --' })
  t.teardown(() => store.close())
  const { key } = await putSample(store, clock)
  t.ok(await store.get(key))
  const [counted] = await sql`select count(*)::int as n from "My ""Schema"""."sess; drop table x --"`
  t.equal(counted?.['n'], 1)
})

t.test('a role that may not make tables is told the SQL, which makes it work', async (t) => {
  const { url, sql } = await freshDatabase(t)
  const role = `app_${randomBytes(4).toString('hex')}`
  await sql.unsafe(`create role ${role} login password 'app'`)
  const limited = new URL(url)
  limited.username = role
  limited.password = 'app'
  const store = createPostgresStore({ url: limited.href })
  t.teardown(() => store.close())
  const error = await store.ping().then(() => undefined, (failure: unknown) => failure as Error & { code: string })
  t.equal(error?.code, 'KEYTURN_STORE_SCHEMA')
  const printed = error?.message.slice(error.message.indexOf('create schema')) ?? ''
  await sql.unsafe(printed)
  await sql.unsafe(`grant select on keyturn_sessions, keyturn_sessions_schema to ${role}`)
  await sql.unsafe(`grant insert, update, delete on keyturn_sessions to ${role}`)
  const { key } = await putSample(store, clock)
  t.ok(await store.get(key))
  t.equal(await store.touch(key, Date.now() + 60_000), true)
  t.equal(await store.prune?.(), 0)
  await store.destroy(key)
})

t.test('with createTable: false nothing is made', async (t) => {
  const { url, sql } = await freshDatabase(t)
  const store = createPostgresStore({ url, createTable: false })
  t.teardown(() => store.close())
  await t.rejects(store.ping(), { code: 'KEYTURN_STORE_SCHEMA' })
  t.strictSame([...(await sql`select to_regclass('keyturn_sessions') as found`)], [{ found: null }])
  await sql.unsafe(postgresSchemaSql())
  await store.ping()
  const other = createPostgresStore({ url, schema: 'other', table: 'people', createTable: false })
  t.teardown(() => other.close())
  await sql.unsafe(postgresSchemaSql({ schema: 'other', table: 'people' }))
  t.equal(await other.get(sampleKey()), undefined)
})

t.test('a table that is dropped while running is made again', async (t) => {
  const { url, sql } = await freshDatabase(t)
  const store = createPostgresStore({ url })
  t.teardown(() => store.close())
  const { key } = await putSample(store, clock)
  await sql`drop table keyturn_sessions`
  t.equal(await store.get(key), undefined)
  await putSample(store, clock)
  await sql`drop table keyturn_sessions, keyturn_sessions_schema`
  t.equal(await store.prune?.(), 0)
  await putSample(store, clock)
})

t.test('a table of a newer version is left alone', async (t) => {
  const { url, sql } = await freshDatabase(t)
  const first = createPostgresStore({ url })
  await putSample(first, clock)
  await first.close()
  await sql`insert into keyturn_sessions_schema (version) values (99)`
  const store = createPostgresStore({ url })
  t.teardown(() => store.close())
  await t.rejects(store.get(sampleKey()), { code: 'KEYTURN_STORE_SCHEMA', message: /Upgrade/ })
})
