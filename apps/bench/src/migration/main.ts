// `pnpm --filter @keyturn/bench bench:migration [options]`
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPostgresStore, createRedisStore } from '@keyturn/session-stores'
import { type PostgresServer, startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import postgres from 'postgres'
import { printMachine } from '../stores/report.ts'
import { compareColumns } from './columns.ts'
import { measureMemory } from './memory-use.ts'
import { type MigrationBenchOptions, parseMigrationOptions, usage } from './migration-options.ts'
import { formatComparison, formatMemory } from './report.ts'
import { compareSessionCopies } from './session-copy.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let options: MigrationBenchOptions
  try {
    options = parseMigrationOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-migration-'))
  // A folder that is kept makes the server write as durably as in production.
  const server = await startPostgres({ folder, parameters: { shared_buffers: '512MB', max_wal_size: '4GB' } })
  try {
    await measureAll(server, options)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
  return 0
}

async function measureAll(server: PostgresServer, { parts, rows, sessions, rounds, memoryRows }: MigrationBenchOptions): Promise<void> {
  const sql = postgres(server.url, { onnotice: () => undefined, max: 2 })
  try {
    const [version] = await sql`show server_version`
    printMachine(`PostgreSQL ${String(version?.['server_version'])}`)
    if (parts.includes('columns')) console.log(formatComparison(await compareColumns({ sql, url: server.url, rows, rounds })))
    if (parts.includes('sessions')) await measureSessions(sql, server.url, { sessions, rounds })
    if (!parts.includes('memory')) return
    const uses = []
    for (const count of memoryRows) uses.push(await measureMemory(sql, server.url, count))
    console.log(formatMemory(uses))
  } finally {
    await sql.end()
  }
}

async function measureSessions(sql: postgres.Sql, url: string, { sessions, rounds }: { readonly sessions: number; readonly rounds: number }): Promise<void> {
  const redis = await startRedis()
  const from = createRedisStore({ url: redis.url, timeoutMs: 10_000 })
  const to = createPostgresStore({ url, timeoutMs: 10_000, maintenanceTimeoutMs: 60_000 })
  try {
    await to.ping()
    const emptied = async (): Promise<typeof to> => {
      await sql`truncate keyturn_sessions`
      return to
    }
    console.log(formatComparison(await compareSessionCopies({ from, emptied, sessions, rounds })))
  } finally {
    await Promise.all([from.close(), to.close()])
    await redis.stop()
  }
}
