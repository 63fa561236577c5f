import { type OpenColumn, changeColumn, readColumn, withColumn } from '../column/column-job.ts'
import {
  type ColumnJobOptions,
  type ResolvedColumnJobOptions,
  resolveColumnJobOptions,
} from '../column/column-job-options.ts'
import { columnPlace } from '../column/column-place.ts'
import { decideClearing, decideInspection } from '../column/decide-column.ts'
import { ChangedSinceDryRunError, ColumnUnsuitableError, NothingOpensError } from '../errors.ts'
import { assertNoProblems } from '../option-rules.ts'
import { journalNames } from '../postgres/journal-schema.ts'
import { type BulkReport, UNREADABLE } from '../report.ts'
import { type ClearedValuesListener, createClearedExport } from './cleared-export.ts'

export type UnreadableReason = 'unknown-key' | 'corrupt' | 'not-ours'

export interface ClearUnreadableOptions extends Omit<ColumnJobOptions, 'dryRun'> {
  /** What to clear. Default `['unknown-key']`: what a lost secret leaves behind. */
  readonly reasons?: readonly UnreadableReason[]
  /** Further columns of the same rows that are set to null, such as when a token expires. Default none. */
  readonly alsoClear?: readonly string[]
  /**
   * How many values a dry run found; without it this is the dry run. A run that finds another number writes nothing.
   */
  readonly confirm?: number
  /**
   * Gets every value that is about to be cleared, before that is committed: the path of a file to which one JSON object
   * a line is added, for this user alone to read and on the disk when the clearing commits; or a function. A page that
   * has to be written again, after a lost connection, comes a second time. Default none; the values are kept in
   * `keyturn_migration_cleared` in any case.
   */
  readonly exportTo?: string | ClearedValuesListener
  /** Also when no value of the column opens, which mostly means that the wrong secret was given. Default `false`. */
  readonly evenIfNothingOpens?: boolean
}

export interface ClearUnreadableReport extends BulkReport {
  /** By reason and key id before anything was cleared; `left` lists the rows. */
  readonly found: BulkReport
  /** What would be cleared, or was. */
  readonly unreadable: number
  /** Table in which every cleared value is kept, with its key and reason, until you empty it. */
  readonly keptIn: string
}

/**
 * Finds values that none of the given keys opens, and clears exactly those: the column becomes null in rows whose value
 * still is what was looked at, and in the same transaction the value is kept in `keyturn_migration_cleared`.
 *
 * The first call is a dry run; give the number that it reports as `confirm` to clear.
 *
 * @throws {TypeError} Names every option that is wrong.
 * @throws {ColumnUnsuitableError} KEYTURN_MIGRATION_COLUMN: also when the column may not be null.
 * @throws {ChangedSinceDryRunError} KEYTURN_MIGRATION_CHANGED_SINCE_DRY_RUN
 * @throws {NothingOpensError} KEYTURN_MIGRATION_NOTHING_OPENS
 * @throws {ExportFailedError} KEYTURN_MIGRATION_EXPORT: what could not be exported was not cleared.
 */
export async function clearUnreadable(options: ClearUnreadableOptions): Promise<ClearUnreadableReport> {
  const { confirm, reasons = ['unknown-key'], alsoClear = [], evenIfNothingOpens = false, exportTo } = options
  assertNoProblems('clearUnreadable', [
    reasons.length > 0 && reasons.every((reason) => UNREADABLE.includes(reason))
      ? undefined
      : `reasons must be some of ${UNREADABLE.join(', ')}`,
    confirm === undefined || Number.isSafeInteger(confirm) ? undefined : 'confirm must be the whole number that the dry run reported',
    exportTo === undefined || typeof exportTo === 'function' || (typeof exportTo === 'string' && exportTo !== '')
      ? undefined
      : 'exportTo must be a path or a function',
  ])
  const resolved = resolveColumnJobOptions('clearUnreadable', options)
  return withColumn(resolved, alsoClear, async (column) => {
    if (!column.table.nullable) {
      throw new ColumnUnsuitableError(`Column ${resolved.schema}.${resolved.table}.${resolved.column} may not be null, so it cannot be cleared.`)
    }
    const found = await inspect(column, resolved)
    const unreadable = reasons.reduce((sum, reason) => sum + found.outcomes[reason], 0)
    const keptIn = journalNames(resolved.journalSchema).cleared
    if (confirm === undefined || found.state === 'aborted') return { ...found, found, unreadable, keptIn }
    if (confirm !== unreadable) throw new ChangedSinceDryRunError({ confirmed: confirm, found: unreadable })
    if (found.outcomes.current === 0 && unreadable > 0 && !evenIfNothingOpens) throw new NothingOpensError()
    const decide = decideClearing({ ...readerOf(resolved), reasons })
    const fingerprint = `clear ${reasons.join(' ')}`
    const onCleared = exportTo === undefined ? undefined : createClearedExport(resolved, exportTo)
    return { ...(await changeColumn(column, { options: resolved, decide, fingerprint, onCleared })), found, unreadable, keptIn }
  })
}

function readerOf(options: ResolvedColumnJobOptions): Parameters<typeof decideInspection>[0] {
  return { from: options.from, placeOf: (key) => columnPlace(options, options.rowOf(key)) }
}

function inspect(column: OpenColumn, options: ResolvedColumnJobOptions): Promise<BulkReport> {
  return readColumn(column, { options, decide: decideInspection(readerOf(options)) })
}
