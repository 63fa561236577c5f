import type { Clock } from '@keyturn/token-crypto'
import { StoreUnavailableError } from '../errors.ts'

/** Limits the wait for a link, of many calls by one timer. */
export interface TimeLimits {
  /** @throws {StoreUnavailableError} KEYTURN_STORE_UNAVAILABLE: no answer in time. */
  limit<T>(work: Promise<T>, link: string): Promise<T>
  /** Nobody waits for this link any more: it is lost. */
  abandon(link: string): void
}

export interface TimeLimitsOptions {
  readonly limitMs: number
  readonly clock: Clock
  readonly monotonicMs: () => number
  /** The call that waits longest has waited for half its time. */
  readonly onSlow?: (link: string) => void
}

interface Waiting {
  readonly until: number
  readonly link: string
  readonly reject: (error: Error) => void
  isDone: boolean
  isSlow: boolean
}

/** Each call waits equally long, so that they run out in the order in which they came. */
export function createTimeLimits({ limitMs, clock, monotonicMs, onSlow }: TimeLimitsOptions): TimeLimits {
  const slowMs = limitMs / 2
  let queue: Waiting[] = []
  let head = 0
  let isArmed = false

  function arm(delayMs: number): void {
    isArmed = true
    clock.setTimer(runOut, delayMs)
  }

  function runOut(): void {
    isArmed = false
    const now = monotonicMs()
    for (let next = queue[head]; next !== undefined && next.until <= now; next = queue[head]) {
      head++
      if (!next.isDone) next.reject(new StoreUnavailableError(next.link, 'TIMEOUT'))
    }
    skipDone()
    const next = queue[head]
    if (next === undefined) return
    if (!next.isSlow && next.until - slowMs <= now) {
      next.isSlow = true
      onSlow?.(next.link)
    }
    arm(Math.max(1, next.until - (next.isSlow ? 0 : slowMs) - now))
  }

  function skipDone(): void {
    while (queue[head]?.isDone === true) head++
    if (head < 1000 && head < queue.length) return
    queue = queue.slice(head)
    head = 0
  }

  return {
    abandon(link) {
      for (const waiting of queue.slice(head)) {
        if (waiting.link === link && !waiting.isDone) waiting.reject(new StoreUnavailableError(link, 'LOST'))
      }
    },
    limit(work, link) {
      return new Promise((resolve, reject) => {
        const waiting: Waiting = { until: monotonicMs() + limitMs, link, reject, isDone: false, isSlow: false }
        queue.push(waiting)
        if (!isArmed) arm(slowMs)
        const done = (): void => {
          waiting.isDone = true
          if (queue[head] === waiting) skipDone()
        }
        work.then(
          (result) => {
            done()
            resolve(result)
          },
          (error: unknown) => {
            done()
            reject(error)
          },
        )
      })
    },
  }
}
