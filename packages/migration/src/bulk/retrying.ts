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

export function pause(delayMs: number, clock: Clock): Promise<void> {
  return delayMs <= 0 ? Promise.resolve() : new Promise((resolve) => void clock.setTimer(resolve, delayMs))
}
