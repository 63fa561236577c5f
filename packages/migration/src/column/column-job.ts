import type { Decide } from '../bulk/bulk-place.ts'
import { runBulk } from '../bulk/engine.ts'
import { joinJob } from '../bulk/journaled-task.ts'
import { createReadingTask } from '../bulk/reading-task.ts'
import { retrying } from '../bulk/retrying.ts'
import { type ColumnStatements, createColumnStatements } from '../postgres/column-statements.ts'
import { type ColumnTable, describeColumn } from '../postgres/column-table.ts'
import { journalNames } from '../postgres/journal-schema.ts'
import type { RunStatement } from '../postgres/postgres-client.ts'
import { createPostgresPool, type PostgresPool } from '../postgres/postgres-connection.ts'
import { isTransient } from '../postgres/postgres-errors.ts'
import { bytesOfItem, createPostgresPlace, readRange, runTransaction } from '../postgres/postgres-place.ts'
import { createWorkerLock } from '../postgres/worker-lock.ts'
import type { BulkReport } from '../report.ts'
import type { ResolvedColumnJobOptions } from './column-job-options.ts'
import type { ColumnChange, ColumnItem } from './decide-column.ts'

/** A column that was found and looked at, with its connections open. */
export interface OpenColumn {
  readonly pool: PostgresPool
  readonly table: ColumnTable
  readonly statements: ColumnStatements
  /** One transaction, tried again when it fails in passing. */
  transaction<T>(body: (run: RunStatement) => Promise<T>): Promise<T>
}

export type ColumnDecide = Decide<ColumnItem, ColumnChange>

/** Opens connections, describes the column, and closes what was opened whatever comes. */
export async function withColumn<T>(
  options: ResolvedColumnJobOptions,
  alsoClear: readonly string[],
  use: (column: OpenColumn) => Promise<T>,
): Promise<T> {
  const { url, bulk } = options
  const pool = createPostgresPool(url)
  const transaction = <R>(body: (run: RunStatement) => Promise<R>): Promise<R> =>
    retrying(() => runTransaction(pool, body), {
      task: { isTransient },
      options: bulk,
      signal: bulk.signal ?? new AbortController().signal,
    })
  try {
    const table = await transaction((run) => describeColumn(run, options, options.key))
    return await use({ pool, table, statements: createColumnStatements(table, { alsoClear }), transaction })
  } finally {
    await pool.close()
  }
}

export interface ColumnRun {
  readonly options: ResolvedColumnJobOptions
  readonly decide: ColumnDecide
  /** What the run does, for the journal. */
  readonly fingerprint: string
  /** Told of what is cleared, before that is committed. */
  readonly onCleared?: ((changes: readonly ColumnChange[]) => Promise<void>) | undefined
}

/** Changes the column as decided, with checkpoints. */
export async function changeColumn({ pool, table, statements }: OpenColumn, run: ColumnRun): Promise<BulkReport> {
  const { options, decide, fingerprint, onCleared } = run
  const { job, bulk } = options
  const place = createPostgresPlace({
    pool,
    table,
    statements,
    names: journalNames(options.journalSchema),
    job,
    lock: await createWorkerLock(pool),
    leaseMs: options.leaseMs,
    maxListed: bulk.maxListed,
    onCleared,
  })
  const retry = { options: bulk, signal: bulk.signal ?? new AbortController().signal }
  const total = table.estimatedRows
  const task = await joinJob({ name: job, fingerprint, total, place, decide, maxListed: bulk.maxListed, retry })
  return runBulk(task, bulk)
}

/** Reads the column and decides, without writing anything. */
export async function readColumn(column: OpenColumn, { options, decide }: Pick<ColumnRun, 'options' | 'decide'>): Promise<BulkReport> {
  const { job, bulk } = options
  const { table } = column
  const task = createReadingTask({
    name: job,
    total: table.estimatedRows,
    read: (after, limit) => column.transaction((run) => readRange(run, column, { after, upTo: undefined, limit })),
    keyOf: ({ key }: ColumnItem) => key,
    bytesOf: bytesOfItem,
    showKey: (key) => key,
    decide,
    isTransient,
    maxListed: bulk.maxListed,
  })
  return runBulk(task, bulk)
}
