import { type Clock, systemClock } from '@keyturn/token-crypto'
import { assertNoProblems, type Problem } from '../option-rules.ts'
import type { BulkProgress } from './bulk-progress.ts'

/** How a bulk run goes on; every job takes these. */
export interface BulkOptions {
  /** Pages in the making at once in this process. Default 3. */
  readonly workers?: number
  /** Most items of a page and of its transaction; fewer where they weigh more than 16 MiB. Default 2000, and 4000 for `copySessions`. */
  readonly pageSize?: number
  /** A page that takes longer to write is followed by smaller ones, milliseconds. Default 500. */
  readonly maxLatencyMs?: number
  /** Most items a second. Default: no bound. */
  readonly maxItemsPerSecond?: number
  /** Tries of one page before the run ends with its error. Default 8. */
  readonly attempts?: number
  /** Most items of `report.left`; counts stay exact. Default 1000. */
  readonly maxListed?: number
  /** Ends the run after the pages under way; run it again to go on. */
  readonly signal?: AbortSignal
  /** Called about once a second, and at the end. */
  readonly onProgress?: (progress: BulkProgress) => void
  readonly clock?: Clock
}

/** What runs over the sessions of one store take besides. */
export interface SessionRunOptions extends BulkOptions {
  /** Reads and reports what a run would do; writes nothing. Default `false`. */
  readonly dryRun?: boolean
  /** Looks through all sessions once more at the end; `report.remaining` is what a further run would change. Default `false`. */
  readonly verify?: boolean
}

/** The same, where the scan of the store can be taken up again: PostgreSQL, and Redis without Cluster. */
export interface ResumableRunOptions extends SessionRunOptions {
  /**
   * Path of a file that remembers how far the run has come, until its end: killed at any moment, the next call with the
   * same file goes on there. Without it a run begins again and skips what is done. Default none.
   */
  readonly checkpointFile?: string
}

export interface ResolvedBulkOptions {
  readonly workers: number
  readonly pageSize: number
  readonly maxLatencyMs: number
  readonly maxItemsPerSecond: number
  readonly attempts: number
  readonly maxListed: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: BulkProgress) => void) | undefined
  readonly clock: Clock
}

/** @throws {TypeError} Names every option that is wrong. */
export function resolveBulkOptions(factory: string, options: BulkOptions): ResolvedBulkOptions {
  const resolved = {
    workers: options.workers ?? 3,
    pageSize: options.pageSize ?? 2000,
    maxLatencyMs: options.maxLatencyMs ?? 500,
    maxItemsPerSecond: options.maxItemsPerSecond ?? Number.POSITIVE_INFINITY,
    attempts: options.attempts ?? 8,
    maxListed: options.maxListed ?? 1000,
    signal: options.signal,
    onProgress: options.onProgress,
    clock: options.clock ?? systemClock,
  }
  assertNoProblems(factory, [
    wholeNumber('workers', resolved.workers, 1, 64),
    wholeNumber('pageSize', resolved.pageSize, 1, 100_000),
    wholeNumber('attempts', resolved.attempts, 1, 1000),
    wholeNumber('maxListed', resolved.maxListed, 0, 1_000_000),
    positive('maxLatencyMs', resolved.maxLatencyMs),
    positive('maxItemsPerSecond', resolved.maxItemsPerSecond),
  ])
  return Object.freeze(resolved)
}

function wholeNumber(name: string, value: unknown, min: number, max: number): Problem {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return undefined
  return `${name} must be a whole number from ${min} to ${max}`
}

function positive(name: string, value: unknown): Problem {
  return typeof value === 'number' && value > 0 ? undefined : `${name} must be a number above 0`
}
