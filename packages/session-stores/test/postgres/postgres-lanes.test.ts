import { startPostgres } from '@keyturn/testing/postgres'
import postgres from 'postgres'
import t from 'tap'
import { putSample, sampleRecord } from '../../src/conformance/samples.ts'
import { createPostgresStore } from '../../src/index.ts'
import type { PostgresClient } from '../../src/postgres/index.ts'
import { createPostgresLanes } from '../../src/postgres/postgres-lanes.ts'
import { holdRow } from './fixtures/hold-row.ts'

const server = await startPostgres()
const sql = postgres(server.url, { onnotice: () => undefined })
t.teardown(async () => {
  await sql.end()
  await server.stop()
})
const clock = { now: () => Date.now(), advance: () => undefined }

t.test('the first lane of those with least to do is picked', async (t) => {
  const lanes = createPostgresLanes(Array.from({ length: 3 }, () => ({}) as PostgresClient))
  const first = lanes.pick()
  t.equal(lanes.pick(), first)
  first.load = 1
  const second = lanes.pick()
  t.not(second, first)
  second.load = 1
  const third = lanes.pick()
  third.load = 2
  t.equal(lanes.pick(), first)
  first.load = 1000
  t.equal(lanes.pick(), second)
})

t.test('one request after the other needs one connection, and many at once use more', async (t) => {
  const name = 'keyturn-lanes'
  const store = createPostgresStore({ url: server.url, maxConnections: 4, driverOptions: { connection: { application_name: name } } })
  t.teardown(() => store.close())
  const count = async (): Promise<unknown> => (await sql`select 1 from pg_stat_activity where application_name = ${name}`).length
  const { key } = await putSample(store, clock)
  for (let i = 0; i < 20; i++) await store.get(key)
  t.equal(await count(), 1)
  await Promise.all(Array.from({ length: 50 }, () => store.get(key)))
  t.equal(await count(), 1, 'reads of one turn are one statement')
  await Promise.all(Array.from({ length: 4 }, () => store.touch(key, Date.now() + 60_000)))
  t.equal(await count(), 4, 'a statement has a lane to itself while there is one')
})

t.test('a session that another transaction holds keeps nobody else waiting, even after its own request gave up', async (t) => {
  const store = createPostgresStore({ url: server.url, maxConnections: 2, timeoutMs: 3000 })
  t.teardown(() => store.close())
  const held = await putSample(store, clock)
  const other = await putSample(store, clock)
  const release = await holdRow(sql, held.key)
  let settled = false
  const waiting = store.put(held.key, sampleRecord(clock, { version: 2 }), 1).finally(() => (settled = true))
  waiting.catch(() => undefined)
  for (let i = 0; i < 10; i++) t.ok(await store.get(other.key))
  t.notOk(settled, 'the reads did not stand in line behind it')
  await t.rejects(waiting, { code: 'KEYTURN_STORE_UNAVAILABLE' })
  for (let i = 0; i < 10; i++) t.ok(await store.get(other.key))
  await release()
})
