import type { ColumnFormat } from '../column/column-format.ts'
import { changeColumn, type ColumnDecide, type OpenColumn, readColumn, withColumn } from '../column/column-job.ts'
import {
  type ColumnJobOptions,
  type ResolvedColumnJobOptions,
  resolveColumnJobOptions,
} from '../column/column-job-options.ts'
import { columnPlace } from '../column/column-place.ts'
import { decideReencryption } from '../column/decide-column.ts'
import { ColumnTooNarrowError } from '../errors.ts'
import { toItem } from '../postgres/postgres-place.ts'
import { quoteName } from '../postgres/sql-text.ts'
import type { BulkReport } from '../report.ts'

export interface ReencryptColumnOptions extends ColumnJobOptions {
  /** Format, and key, in which every value shall stand. Its older keys are opened too. */
  readonly to: ColumnFormat
  /** Reads the column once more at the end; `report.remaining` is what a further run would change. Default `false`. */
  readonly verify?: boolean
}

export interface ReencryptColumnReport extends BulkReport {
  /** Statements of a run: what reads a page, and what writes it. */
  readonly sql: { readonly read: string; readonly write: string }
  /** Values that a further run would change; `undefined` unless `verify` was given and the run is done. */
  readonly remaining: number | undefined
}

/**
 * Re-encrypts a column of the application's own table in PostgreSQL while the application goes on.
 *
 * The new key must be accepted by every instance before this is started. Values are written only over the very value
 * that was read; what does not open is reported and left as it is. Killed at any moment, the next call with the same
 * options goes on; called in several processes at once, they share the work.
 *
 * @throws {TypeError} Names every option that is wrong.
 * @throws {ColumnUnsuitableError} KEYTURN_MIGRATION_COLUMN
 * @throws {ColumnTooNarrowError} KEYTURN_MIGRATION_COLUMN_TOO_NARROW: nothing was written.
 * @throws {DifferentJobError} KEYTURN_MIGRATION_DIFFERENT_JOB
 * @throws {DatabaseUnavailableError} KEYTURN_MIGRATION_DATABASE_UNAVAILABLE
 * @throws {DatabaseFailedError} KEYTURN_MIGRATION_DATABASE_FAILED
 */
export async function reencryptColumn(options: ReencryptColumnOptions): Promise<ReencryptColumnReport> {
  const resolved = resolveColumnJobOptions('reencryptColumn', options)
  const { to } = options
  if (typeof to?.seal !== 'function') throw new TypeError('reencryptColumn: to must be a format, such as createSealedFormat() gives.')
  return withColumn(resolved, [], async (column) => {
    const { statements, table } = column
    const decide = decideReencryption({
      from: resolved.from,
      to,
      kind: table.kind,
      maxCharacters: table.maxCharacters,
      placeOf: (key) => columnPlace(resolved, resolved.rowOf(key)),
    })
    await refuseTooNarrow(column, to, resolved)
    const run = { options: resolved, decide, fingerprint: `reencrypt ${to.name} ${to.keyId}` }
    const report = resolved.dryRun ? await readColumn(column, run) : await changeColumn(column, run)
    const remaining = await countRemaining(column, { report, decide, resolved, verify: options.verify ?? false })
    const read = statements.read({ after: true, upTo: false, limit: true })
    return { ...report, sql: { read, write: statements.write }, remaining }
  })
}

/** The longest values are tried first, so that a column that is too narrow is known before anything is written. */
async function refuseTooNarrow(column: OpenColumn, to: ColumnFormat, resolved: ResolvedColumnJobOptions): Promise<void> {
  const { table, statements, transaction } = column
  const { schema, column: name, maxCharacters: has } = table
  if (has === undefined) return
  const decide = decideReencryption({
    from: resolved.from,
    to,
    kind: table.kind,
    maxCharacters: undefined,
    placeOf: (key) => columnPlace(resolved, resolved.rowOf(key)),
  })
  const rows = await transaction((run) => run(statements.widest))
  const lengths = decide(rows.map((row) => toItem(row, table))).map(({ change }) => change?.to?.length ?? 0)
  const needs = Math.max(0, ...lengths)
  if (needs <= has) return
  const target = `${quoteName(schema)}.${quoteName(table.table)}`
  const widen = `alter table ${target} alter column ${quoteName(name)} type varchar(${needs})`
  throw new ColumnTooNarrowError(`${schema}.${table.table}.${name}`, { has, needs }, widen)
}

interface Verification {
  readonly report: BulkReport
  readonly decide: ColumnDecide
  readonly resolved: ResolvedColumnJobOptions
  readonly verify: boolean
}

async function countRemaining(column: OpenColumn, { report, decide, resolved, verify }: Verification): Promise<number | undefined> {
  if (!verify || report.dryRun || report.state !== 'done') return undefined
  const again = await readColumn(column, { options: resolved, decide })
  return again.outcomes.changed
}
