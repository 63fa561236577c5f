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

t.test('a statement is prepared once for a connection, whatever it is asked for', async (t) => {
  const client = postgres(server.url, { max: 1, onnotice: () => undefined })
  t.teardown(() => client.end())
  const single = createPostgresStore({ client })
  for (let i = 0; i < 30; i++) await single.get(Buffer.alloc(32, i))
  const [prepared] = await client.unsafe(
    "select count(*)::int as statements, sum(generic_plans + custom_plans)::int as runs from pg_prepared_statements where statement like 'select sealed%'",
  )
  t.strictSame({ ...prepared }, { statements: 1, runs: 30 })
})
