import { type Clock, KeyturnError } from '@keyturn/token-crypto'
import { SecretSourceUnavailableError } from '../errors.ts'

export interface DeadlineOptions {
  /** What is asked, for the message. */
  readonly source: string
  readonly timeoutMs: number
  readonly clock: Clock
  /** Ends it from outside. */
  readonly signal: AbortSignal
}

/**
 * Runs one question to a source with a time limit. What is not an error of Keyturn counts as an outage:
 * of a source that fails in an unknown way nothing else may be concluded.
 *
 * @throws {SecretSourceUnavailableError} KEYTURN_SECRET_SOURCE_UNAVAILABLE
 */
export async function withDeadline<T>(options: DeadlineOptions, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { source, timeoutMs, clock, signal } = options
  signal.throwIfAborted()
  const limit = new AbortController()
  const either = AbortSignal.any([signal, limit.signal])
  const late = new SecretSourceUnavailableError(source, `no answer within ${timeoutMs} ms`)
  const cancel = clock.setTimer(() => limit.abort(late), timeoutMs)
  try {
    // A source that pays no heed to the signal is not waited for either.
    return await Promise.race([ask(either), rejectOnAbort(either)])
  } catch (error) {
    throw either.aborted ? either.reason : toKeyturnError(source, error)
  } finally {
    cancel()
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** The error of a foreign provider may hold anything, so only its name is told. */
function toKeyturnError(source: string, error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error
  const name = error instanceof Error ? error.name : typeof error
  const code = error instanceof Error && 'code' in error && /^[A-Z0-9_]{1,40}$/.test(String(error.code)) ? ` ${error.code}` : ''
  return new SecretSourceUnavailableError(source, `${name}${code}`)
}
