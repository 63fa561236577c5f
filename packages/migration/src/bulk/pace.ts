import type { Clock } from '@keyturn/token-crypto'

/** Decides how large the next page is and when it may be written, so that the application stays quick. */
export interface Pace {
  /** Most items of the next page. */
  limit(): number
  /** Milliseconds to rest before another page is written. */
  restMs(): number
  /** @param elapsedMs - How long writing the page took. */
  record(items: number, elapsedMs: number): void
}

export interface PaceOptions {
  readonly pageSize: number
  readonly maxLatencyMs: number
  readonly maxItemsPerSecond: number
  readonly clock: Clock
}

const SMALLEST_PAGE = 10

/**
 * Halves the page when writing it took too long and lets it grow again slowly, as TCP does with its window; spreads
 * pages over time where a rate is given.
 */
export function createPace({ pageSize, maxLatencyMs, maxItemsPerSecond, clock }: PaceOptions): Pace {
  const smallest = Math.min(SMALLEST_PAGE, pageSize)
  let size = pageSize
  // A page is written at once: one that holds more than a second's worth would be no rate but a burst and a rest.
  const largest = Math.max(1, Math.min(pageSize, Math.floor(maxItemsPerSecond)))
  let nextAt = clock.now()
  return {
    limit: () => Math.min(largest, Math.floor(size)),
    restMs: () => Math.max(0, nextAt - clock.now()),
    record(items, elapsedMs) {
      if (elapsedMs > maxLatencyMs) size = Math.max(smallest, size / 2)
      else if (elapsedMs < maxLatencyMs / 2) size = Math.min(pageSize, size * 1.25)
      if (Number.isFinite(maxItemsPerSecond)) nextAt = Math.max(nextAt, clock.now()) + (items / maxItemsPerSecond) * 1000
    },
  }
}
