import { startPostgres } from '@keyturn/testing/postgres'
import postgres from 'postgres'
import t from 'tap'
import { createPostgresStore } from '../../src/index.ts'
import { type CountCommands, costOf, prepareSessions, uses } from '../fixtures/typical-use.ts'

const server = await startPostgres({ parameters: { shared_preload_libraries: 'pg_stat_statements' } })
const sql = postgres(server.url, { onnotice: () => undefined })
const store = createPostgresStore({ url: server.url })
t.teardown(async () => {
  await Promise.all([sql.end(), store.close()])
  await server.stop()
})

/** By the first word of the statement; what the test itself asks is left out. */
const count: CountCommands = async () => {
  const rows = await sql`select split_part(query, ' ', 1) as word, sum(calls)::int as calls from pg_stat_statements
    where query not like '%pg_stat_statements%' group by 1`
  return Object.fromEntries(rows.map((row) => [String(row['word']), Number(row['calls'])]))
}

t.test('one statement for a read and one for a write', async (t) => {
  await sql`create extension pg_stat_statements`
  const sessions = await prepareSessions(store)
  t.strictSame(await costOf(count, (round) => uses.load(sessions, round)), { select: 1 })
  t.strictSame(await costOf(count, (round) => uses.touch(sessions, round)), { update: 1 })
  t.strictSame(await costOf(count, (round) => uses.save(sessions, round)), { select: 1, with: 1 })
  t.strictSame(await costOf(count, (round) => uses.create(sessions, round)), { insert: 1 })
  t.strictSame(await costOf(count, (round) => uses.signIn(sessions, round)), { insert: 1 })
  t.strictSame(await costOf(count, (round) => uses.destroy(sessions, round)), { delete: 1 })
})

t.test('statements are prepared once for a connection', async (t) => {
  const single = createPostgresStore({ url: server.url, maxConnections: 1, driverOptions: { connection: { application_name: 'single' } } })
  t.teardown(() => single.close())
  const before = await sql`select sum(plans)::int as plans, sum(calls)::int as calls from pg_stat_statements`
  const sessions = await prepareSessions(single).catch(() => undefined)
  t.equal(sessions, undefined, 'the sessions are there already')
  for (let i = 0; i < 30; i++) await single.get(Buffer.alloc(32, i))
  const after = await sql`select sum(plans)::int as plans, sum(calls)::int as calls from pg_stat_statements`
  t.ok(Number(after[0]?.['calls']) - Number(before[0]?.['calls']) >= 30)
})
