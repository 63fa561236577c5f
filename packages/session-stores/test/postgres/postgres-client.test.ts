import { startPostgres } from '@keyturn/testing/postgres'
import postgres from 'postgres'
import t from 'tap'
import { collect, putSample, sampleKey } from '../../src/conformance/samples.ts'
import { createPostgresStore, type PostgresClient } from '../../src/postgres/index.ts'
import type { PostgresQuery } from '../../src/postgres/postgres-driver.ts'

const server = await startPostgres()
t.teardown(() => server.stop())
const clock = { now: () => Date.now(), advance: () => undefined }

t.test('an instance of the application is used as it is, and stays open', async (t) => {
  const sql = postgres(server.url, { transform: postgres.camel, max: 3, onnotice: () => undefined })
  t.teardown(() => sql.end())
  const client: PostgresClient = sql
  const store = createPostgresStore({ client, table: 'given' })
  const ownerTag = Buffer.alloc(32, 9)
  const { key, record } = await putSample(store, clock, { ownerTag })
  t.strictSame({ ...(await store.get(key)) }, record)
  t.equal((await store.listByOwner?.(ownerTag))?.length, 1)
  t.equal((await store.statistics?.())?.active, 1)
  await store.close()
  t.strictSame([...(await sql`select 1 as one`)], [{ one: 1 }])
})

t.test('what the driver keeps of a statement that is over holds neither what it was given nor what it gave', async (t) => {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined })
  t.teardown(() => sql.end())
  const queries: PostgresQuery[] = []
  const client = Object.assign(Object.create(sql) as PostgresClient, {
    unsafe(...given: Parameters<PostgresClient['unsafe']>) {
      const query = sql.unsafe(...given)
      queries.push(query)
      return query
    },
  })
  const store = createPostgresStore({ client, table: 'emptied' })
  await putSample(store, clock)
  queries.length = 0
  const ownerTag = Buffer.alloc(32, 9)
  const sessions = await Promise.all([1, 2, 3].map(() => putSample(store, clock, { ownerTag })))
  const reads = await Promise.all(sessions.map(({ key }) => store.get(key)))
  t.strictSame(reads.map((read) => ({ ...read })), sessions.map(({ record }) => record))
  t.equal((await store.listByOwner?.(ownerTag))?.length, 3)
  t.ok(queries.length >= 3)
  for (const query of queries) t.strictSame([query.args?.length, query.parameters?.length, (await query).length], [0, 0, 0])
})

t.test('a row that was written by hand, with microseconds, can be read and written again', async (t) => {
  const sql = postgres(server.url, { onnotice: () => undefined })
  t.teardown(() => sql.end())
  const store = createPostgresStore({ client: sql, table: 'handmade' })
  const { key } = await putSample(store, clock)
  await sql`update handmade set created_at = '2026-01-01 00:00:00.123456+00', expires_at = '2100-01-01 00:00:00.999999+00' where key = ${key}`
  const read = await store.get(key)
  t.equal(read?.createdAt, Date.UTC(2026, 0, 1, 0, 0, 0, 123))
  t.equal(read?.expiresAt, Date.UTC(2100, 0, 1, 0, 0, 0, 999))
  if (read === undefined) return t.fail('not read')
  t.equal(await store.put(key, { ...read, version: 2 }, 1), 'stored')
})

t.test('without prepared statements, as behind a pooler, all works', async (t) => {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined })
  t.teardown(() => sql.end())
  const store = createPostgresStore({ client: sql, table: 'pooled', prepare: false })
  const ownerTag = Buffer.alloc(32, 9)
  const { key, record } = await putSample(store, clock, { ownerTag })
  t.equal(await store.put(key, { ...record, version: 2 }, 1), 'stored')
  t.equal(await store.touch(key, record.expiresAt + 1), true)
  if (store.scan === undefined) return t.fail('no scan')
  t.equal((await collect(store.scan())).length, 1)
  t.equal(await store.destroyByOwner?.(ownerTag), 1)
  const prepared = await sql.unsafe("select count(*)::int as n from pg_prepared_statements where statement like '%pooled%'")
  t.equal(prepared[0]?.['n'], 0)
})

t.test('options go to the driver, wrong ones are told all at once', async (t) => {
  const driverOptions = { connection: { application_name: 'my-shop' } }
  const store = createPostgresStore({ url: server.url, table: 'named', driverOptions })
  t.teardown(() => store.close())
  await store.get(sampleKey())
  const sql = postgres(server.url)
  t.teardown(() => sql.end())
  t.equal((await sql`select 1 from pg_stat_activity where application_name = 'my-shop'`).length, 1)

  const wrong = { url: 'mysql://root:topsecret@x', client: sql, schema: '', table: 'x'.repeat(60), timeoutMs: Number.NaN, maxconn: 1 }
  const error = (() => { try { createPostgresStore(wrong) } catch (failure) { return failure as Error } })()
  t.type(error, TypeError)
  t.match(error?.message, /maxconn.*not both.*url must begin.*schema.*table.*timeoutMs/)
  t.notMatch(error?.message, /topsecret/)
  t.throws(() => createPostgresStore({}), /url or client is required/)
})
