import type { Clock } from '@keyturn/token-crypto'
import { StoreUnavailableError } from '../errors.ts'

/** Lets operations wait until something about the chain has changed. */
export interface Turns {
  /** Something changed: whoever waits looks again. */
  signal(): void
  /**
   * Resolves at the next signal.
   *
   * @throws {StoreUnavailableError} KEYTURN_STORE_UNAVAILABLE: none came within `limitMs`.
   */
  next(limitMs: number): Promise<void>
}

export function createTurns(chain: string, clock: Clock): Turns {
  let waiters: (() => void)[] = []
  const late = (): StoreUnavailableError => new StoreUnavailableError(chain, 'TIMEOUT')
  return {
    signal() {
      const waiting = waiters
      waiters = []
      for (const resume of waiting) resume()
    },
    next(limitMs) {
      if (limitMs <= 0) return Promise.reject(late())
      return new Promise((resolve, reject) => {
        const cancel = clock.setTimer(() => reject(late()), limitMs)
        waiters.push(() => {
          cancel()
          resolve()
        })
      })
    },
  }
}
