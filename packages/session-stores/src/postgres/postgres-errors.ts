import { KeyturnError } from '@keyturn/token-crypto'
import { StoreFailedError, StoreUnavailableError } from '../errors.ts'

/** The table or schema is not there. */
const MISSING = new Set(['42P01', '3F000'])
/** Connection, resources, the operator, the system; also a server that became read-only. */
const OUTAGES = ['08', '53', '57', '58', '25006', 'XX']
/** A pooler handed the statement to a connection that does not know it. */
const UNPREPARED = new Set(['26000', '42P05'])

/**
 * Nothing of the driver's error is kept but its code: it carries the parameters of the statement.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function toStoreError(error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error
  const reason = codeOf(error)
  if (!isSqlState(error) || OUTAGES.some((prefix) => reason.startsWith(prefix))) {
    return new StoreUnavailableError('postgres', reason)
  }
  const remedy = UNPREPARED.has(reason) ? 'Behind a pooler in transaction mode, set prepare: false.' : undefined
  return new StoreFailedError('postgres', reason, remedy)
}

export function isMissingTable(error: unknown): boolean {
  return error instanceof StoreFailedError && MISSING.has(error.reason)
}

/** Two transactions in each other's way: one of them is asked to try again. */
export function isRetryable(error: unknown): boolean {
  return error instanceof StoreFailedError && (error.reason === '40P01' || error.reason === '40001')
}

export function isForbidden(error: unknown): boolean {
  return error instanceof StoreFailedError && error.reason === '42501'
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : 'UNKNOWN'
}

function isSqlState(error: unknown): boolean {
  return error instanceof Error && error.name === 'PostgresError'
}
