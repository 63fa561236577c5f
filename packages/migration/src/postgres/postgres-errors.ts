import { KeyturnError } from '@keyturn/token-crypto'
import { DatabaseFailedError, DatabaseUnavailableError } from '../errors.ts'

/** Connection, resources, the operator, the system; also a server that became read-only. */
const OUTAGES = ['08', '53', '57', '58', '25006']
/** Serialization failure, deadlock, a lock that was not to be had in time. */
const PASSING = new Set(['40001', '40P01', '55P03', '25P03'])

/**
 * Nothing of the driver's error is kept but its code: it carries the parameters of the statement.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function toMigrationError(error: unknown): unknown {
  if (error instanceof KeyturnError || !(error instanceof Error)) return error
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') return error
  const fromServer = error.name === 'PostgresError'
  const passing = !fromServer || PASSING.has(code) || OUTAGES.some((prefix) => code.startsWith(prefix))
  return passing ? new DatabaseUnavailableError(code) : new DatabaseFailedError(code)
}

export function isTransient(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError
}
