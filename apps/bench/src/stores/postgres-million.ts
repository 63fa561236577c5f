import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPostgresStore, type SessionStore } from '@keyturn/session-stores'
import { startPostgres } from '@keyturn/testing/postgres'
import postgres from 'postgres'
import { timeCommonCalls } from './common-calls.ts'
import { fillPostgres } from './postgres-fill.ts'
import { printFacts, printHeading, printLatencies, printMachine } from './report.ts'
import { keyOf, ownerOf } from './samples.ts'
import { timed, timeFor, timeUntil } from './timing.ts'

/** A million sessions in PostgreSQL: calls, plans, statistics, and pruning while readers go on. */
export async function measurePostgres(sessions: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-postgres-'))
  // A folder that is kept makes the server write as durably as in production.
  const server = await startPostgres({ folder, parameters: { shared_buffers: '512MB', max_wal_size: '4GB' } })
  const sql = postgres(server.url, { onnotice: () => undefined, max: 2 })
  const store = createPostgresStore({ url: server.url, timeoutMs: 10_000, maintenanceTimeoutMs: 120_000 })
  try {
    const [version] = await sql`show server_version`
    printHeading(`PostgreSQL, ${sessions} sessions`)
    printMachine(`PostgreSQL ${String(version?.['server_version'])}`)
    await store.ping()
    const expired = Math.floor(sessions * 0.9)
    const { seconds } = await timed(() => fillPostgres(sql, sessions, expired))
    printFacts({ 'filled in': `${seconds.toFixed(1)} s`, ...(await sizes(sql)) })
    await printPlans(sql, sessions)
    printLatencies(await timeCommonCalls(store, expired, sessions))
    await printStatistics(store)
    printFacts(await hotUpdates(sql))
    await prunePastReaders(store, expired, sessions)
    printFacts(await sizes(sql))
  } finally {
    await Promise.all([store.close(), sql.end()])
    await server.stop()
    await rm(folder, { recursive: true })
  }
}

async function sizes(sql: postgres.Sql): Promise<Record<string, string>> {
  const [row] = await sql`select pg_size_pretty(pg_table_size('keyturn_sessions')) as table_size,
    pg_size_pretty(pg_indexes_size('keyturn_sessions')) as index_size`
  return { 'table': String(row?.['table_size']), 'indexes': String(row?.['index_size']) }
}

/** Updates that wrote to no index, of all updates since the table was filled. */
async function hotUpdates(sql: postgres.Sql): Promise<Record<string, string>> {
  await sql`select pg_stat_force_next_flush()`
  const [row] = await sql`select n_tup_hot_upd::float8 as hot, n_tup_upd::float8 as updates from pg_stat_user_tables
    where relname = 'keyturn_sessions'`
  const [hot, updates] = [Number(row?.['hot']), Number(row?.['updates'])]
  return { 'updates that wrote to no index': `${((100 * hot) / updates).toFixed(1)} % of ${updates}` }
}

async function printStatistics(store: SessionStore): Promise<void> {
  const { seconds, result } = await timed(async () => store.statistics?.())
  printFacts({ 'statistics': `${seconds.toFixed(2)} s for ${result?.total ?? 0} sessions, ${result?.expired ?? 0} of them expired` })
}

async function printPlans(sql: postgres.Sql, sessions: number): Promise<void> {
  const explain = 'explain (analyze, buffers, costs off, summary off)'
  const plans: Record<string, () => Promise<readonly Record<string, unknown>[]>> = {
    'read': () =>
      sql.unsafe(`${explain} select sealed from keyturn_sessions where key = $1 and expires_at > now()`, [keyOf(sessions - 1)]),
    'list by owner': () =>
      sql.unsafe(
        `${explain} select key, sealed from keyturn_sessions where owner_tag = $1 and expires_at > now() order by created_at desc`,
        [ownerOf(1)],
      ),
    'one step of pruning': () =>
      sql.unsafe(
        `${explain} select key from keyturn_sessions where expires_slot <= date_bin('10 minutes', now(), timestamptz '1970-01-01 00:00:00+00')` +
          ' and expires_at <= now() order by expires_slot limit 1000 for update skip locked',
      ),
    'statistics': () =>
      sql.unsafe(
        `${explain} select key_id, expires_at > now(), count(*), sum(octet_length(sealed)) from keyturn_sessions group by 1, 2`,
      ),
  }
  for (const [name, run] of Object.entries(plans)) {
    const rows = await run()
    console.log(`\nPlan of ${name}:\n\n\`\`\`\n${rows.map((row) => String(row['QUERY PLAN'])).join('\n')}\n\`\`\`\n`)
  }
}

async function prunePastReaders(store: SessionStore, expired: number, sessions: number): Promise<void> {
  const read = (): Promise<unknown> => store.get(keyOf(randomInt(expired, sessions)))
  const alone = await timeFor(5000, 4, read)
  const pruned = new AbortController()
  const readers = timeUntil(pruned.signal, 4, read)
  const { seconds, result } = await timed(async () => store.prune?.({ batchSize: 1000 }))
  pruned.abort()
  printFacts({ 'pruned': `${result ?? 0} expired sessions in ${seconds.toFixed(1)} s, 1000 a step` })
  printLatencies({ 'read, 4 at a time, before': alone, 'read, 4 at a time, while pruning': await readers })
}
