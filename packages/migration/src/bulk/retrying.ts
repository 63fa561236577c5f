import type { Clock } from '@keyturn/token-crypto'
import type { ResolvedBulkOptions } from './bulk-options.ts'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5000

export interface RetryContext {
  readonly task: { isTransient(error: unknown): boolean }
  readonly options: Pick<ResolvedBulkOptions, 'attempts' | 'clock'>
  readonly signal: AbortSignal
}

/** Tries a step again after failures that pass, with pauses that double. */
export async function retrying<T>(step: () => Promise<T>, { task, options, signal }: RetryContext): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step()
    } catch (error) {
      if (attempt >= options.attempts || signal.aborted || !task.isTransient(error)) throw error
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS), options.clock)
    }
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** @param sooner - Ends the pause early. */
export async function pause(delayMs: number, clock: Clock, sooner?: Promise<unknown>): Promise<void> {
  if (delayMs <= 0) return
  // Timers of a clock let the process end; a job that waits for its database is not at its end.
  const alive = setInterval(() => undefined, LONGEST_TIMER_MS)
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.setTimer(resolve, delayMs)
  await Promise.race([promise, ...(sooner === undefined ? [] : [sooner])])
  cancel()
  clearInterval(alive)
}
