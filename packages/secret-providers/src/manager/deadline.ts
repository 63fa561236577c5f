import type { Clock } from '@keyturn/token-crypto'
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
 * Asks a source one question, with a time limit.
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
    throw either.aborted ? either.reason : error
  } finally {
    cancel()
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
