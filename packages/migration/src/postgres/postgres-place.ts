import { hash } from 'node:crypto'
import type { BulkPlace, PlaceTransaction } from '../bulk/bulk-place.ts'
import type { ColumnChange, ColumnItem } from '../column/decide-column.ts'
import type { ColumnValue } from '../column/column-format.ts'
import type { ColumnKey } from '../column/column-place.ts'
import type { ColumnStatements } from './column-statements.ts'
import type { ColumnTable } from './column-table.ts'
import { type JournalNames, makeJournal } from './journal-schema.ts'
import type { RunStatement } from './postgres-client.ts'
import type { PostgresPool } from './postgres-connection.ts'
import { isTransient, toMigrationError } from './postgres-errors.ts'
import { createPostgresJournal } from './postgres-journal.ts'
import { arrayLiteral, createValueList } from './sql-text.ts'
import type { WorkerLock } from './worker-lock.ts'

export interface PostgresPlaceOptions {
  readonly pool: PostgresPool
  readonly table: ColumnTable
  readonly statements: ColumnStatements
  readonly names: JournalNames
  readonly job: string
  readonly lock: WorkerLock
  readonly leaseMs: number
  readonly maxListed: number
  readonly onCleared?: ((changes: readonly ColumnChange[]) => Promise<void>) | undefined
}

/** One column of a PostgreSQL table, with the journal in the same database. */
export function createPostgresPlace(options: PostgresPlaceOptions): BulkPlace<ColumnKey, ColumnItem, ColumnChange> {
  const { pool, lock, names } = options
  let journalMade = false
  return {
    isTransient,
    keyOf: ({ key }) => key,
    showKey: (key) => key,
    bytesOf: bytesOfItem,
    async transaction(run) {
      const result = await runTransaction(pool, async (statement) => {
        await lock.keep()
        if (!journalMade) await makeJournal(statement, names)
        return run(createTransaction(statement, options))
      })
      journalMade = true
      return result
    },
  }
}

/** One transaction, with the errors of this package. */
export async function runTransaction<T>(pool: PostgresPool, body: (run: RunStatement) => Promise<T>): Promise<T> {
  try {
    return await pool.transaction(body)
  } catch (error) {
    throw toMigrationError(error)
  }
}

type ColumnTransaction = PlaceTransaction<ColumnKey, ColumnItem, ColumnChange>

function createTransaction(run: RunStatement, options: PostgresPlaceOptions): ColumnTransaction {
  const { names, job, lock, leaseMs, maxListed, statements, table } = options
  return {
    ...createPostgresJournal({ run, names, job, worker: lock.worker, leaseMs, maxListed }),
    readRange: (range) => readRange(run, { statements, table }, range),
    async lockItems(keys) {
      const rows = await run(statements.lock, keyArrays(table, keys))
      return rows.map((row) => toItem(row, table))
    },
    compareAndSet: (changes) => (changes[0]?.to === null ? clear(run, options, changes) : write(run, options, changes)),
  }
}

async function write(run: RunStatement, { statements, table }: PostgresPlaceOptions, changes: readonly ColumnChange[]): Promise<boolean[]> {
  const keys = keyArrays(table, changes.map(({ key }) => key))
  const { separator, list } = createValueList(changes.map(({ to }) => to as ColumnValue))
  const { count } = await run(statements.write, [...keys, digestsOf(changes), separator, list])
  if (count === changes.length) return changes.map(() => true)
  // Which were written is asked only now: no other process can have made the very value that stands there then.
  const there = new Map((await run(statements.lock, keys)).map((row) => toItem(row, table)).map(({ key, value }) => [name(key), value]))
  return changes.map(({ key, to }) => isSame(there.get(name(key)), to))
}

/** What was read of each, for the statement to compare with. */
function digestsOf(changes: readonly ColumnChange[]): string {
  return changes.map(({ from }) => hash('sha256', from, 'base64')).join()
}

function name(key: ColumnKey): string {
  return JSON.stringify(key)
}

function isSame(a: ColumnValue | null | undefined, b: ColumnValue | null): boolean {
  return typeof a === 'string' || a === null || a === undefined ? a === b : typeof b !== 'string' && b !== null && a.equals(b)
}

async function clear(run: RunStatement, options: PostgresPlaceOptions, changes: readonly ColumnChange[]): Promise<boolean[]> {
  const { statements, table, onCleared } = options
  const keys = keyArrays(table, changes.map(({ key }) => key))
  const written = changes.map(() => false)
  for (const [n] of await run(statements.clear, [...keys, digestsOf(changes)])) written[(n as number) - 1] = true
  const cleared = changes.filter((_, i) => written[i])
  if (cleared.length === 0) return written
  await keepCleared(run, options, cleared)
  await onCleared?.(cleared)
  return written
}

interface ColumnReader {
  readonly statements: ColumnStatements
  readonly table: ColumnTable
}

export async function readRange(
  run: RunStatement,
  { statements, table }: ColumnReader,
  { after, upTo, limit }: { after: ColumnKey | undefined; upTo: ColumnKey | undefined; limit: number | undefined },
): Promise<ColumnItem[]> {
  const text = statements.read({ after: after !== undefined, upTo: upTo !== undefined, limit: limit !== undefined })
  const parameters = [...(after ?? []), ...(upTo ?? []), ...(limit === undefined ? [] : [String(limit)])]
  const rows = await run(text, parameters)
  return rows.map((row) => toItem(row, table))
}

export function bytesOfItem({ value }: ColumnItem): number {
  return value?.length ?? 0
}

export function toItem(row: readonly unknown[], table: ColumnTable): ColumnItem {
  const size = table.key.length
  return { key: row.slice(0, size) as string[], value: row[size] as ColumnValue | null }
}

function keyArrays(table: ColumnTable, keys: readonly ColumnKey[]): string[] {
  return table.key.map((_, i) => arrayLiteral(keys.map((key) => key[i] as string)))
}

/** In the same transaction: nothing is cleared that is not kept. */
async function keepCleared(run: RunStatement, { names, job }: PostgresPlaceOptions, changes: readonly ColumnChange[]): Promise<void> {
  const column = (of: (change: ColumnChange) => ColumnValue | null): string => arrayLiteral(changes.map(of))
  await run(
    `insert into ${names.cleared} (job, key, reason, key_id, value_text, value_bytes)
     select $1::text, array(select json_array_elements_text(key::json)), reason, key_id, value_text, value_bytes
     from unnest($2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[], $6::text::bytea[])
       as given (key, reason, key_id, value_text, value_bytes)`,
    [
      job,
      column(({ key }) => JSON.stringify(key)),
      column(({ reason }) => reason?.outcome ?? ''),
      column(({ reason }) => reason?.keyId ?? null),
      column(({ from }) => (typeof from === 'string' ? from : null)),
      column(({ from }) => (typeof from === 'string' ? null : from)),
    ],
  )
}
