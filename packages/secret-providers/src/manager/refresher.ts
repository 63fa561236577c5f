import type { Clock } from '@keyturn/token-crypto'

export interface RefresherOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly intervalMs: number
  /** Looks at the source once. */
  refresh(): Promise<unknown>
}

export interface Refresher {
  /** Something may have changed: looks at once, and once more when a look is under way already. */
  soon(): void
  stop(): void
}

const FIRST_BACKOFF_MS = 1000

/** Looks at the source again and again: spread out over the interval, and with back-off after a failure. */
export function startRefresher({ clock, random, intervalMs, refresh }: RefresherOptions): Refresher {
  let failures = 0
  let running = false
  let again = false
  let stopped = false
  let cancel = (): void => undefined

  function delay(): number {
    const longest = failures === 0 ? intervalMs : Math.min(intervalMs, FIRST_BACKOFF_MS * 2 ** (failures - 1))
    return Math.floor(longest * (0.5 + random() / 2))
  }

  function schedule(): void {
    if (!stopped) cancel = clock.setTimer(look, delay())
  }

  function look(): void {
    cancel()
    running = true
    void refresh().then(
      () => settle(0),
      () => settle(failures + 1),
    )
  }

  function settle(count: number): void {
    failures = count
    running = false
    if (again && !stopped && failures === 0) {
      again = false
      look()
      return
    }
    again = false
    schedule()
  }

  schedule()
  return {
    soon() {
      if (stopped) return
      if (running) again = true
      else look()
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}
