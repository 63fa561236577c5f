import { setImmediate as nextTurn } from 'node:timers/promises'

/** A clock that stands still until a test moves it. Fits wherever `now` and `setTimer` are injected. */
export interface FakeClock {
  /** Epoch milliseconds. */
  now(): number
  /** Runs `callback` once, when the clock has been advanced by `delayMs`. Returns a function that cancels it. */
  setTimer(callback: () => void, delayMs: number): () => void
  /**
   * Moves the clock forward and runs each timer that falls due, in order, at its own moment. Timers that are set
   * meanwhile run too if they fall due. Between timers, pending promises get their turn.
   *
   * @param ms - Milliseconds, zero or more.
   * @throws whatever a timer's callback throws.
   */
  advance(ms: number): Promise<void>
  /** Timers that are set and have neither run nor been cancelled. */
  readonly pendingTimers: number
}

interface Timer {
  readonly dueAt: number
  readonly callback: () => void
}

/**
 * Creates a clock for tests.
 *
 * @param startMs - Epoch milliseconds of the beginning. Default: 2026-01-01T00:00:00Z.
 */
export function createFakeClock(startMs: number = Date.UTC(2026, 0, 1)): FakeClock {
  requireMilliseconds('startMs', startMs)
  const timers = new Set<Timer>()
  let now = startMs
  let lastAdvance: Promise<void> = Promise.resolve()

  async function run(until: number): Promise<void> {
    for (;;) {
      await nextTurn()
      const due = earliest(timers, until)
      if (due === undefined) break
      timers.delete(due)
      now = Math.max(now, due.dueAt)
      due.callback()
    }
    now = Math.max(now, until)
    await nextTurn()
  }

  return {
    now: () => now,
    setTimer(callback, delayMs) {
      requireMilliseconds('delayMs', delayMs)
      const timer: Timer = { dueAt: now + delayMs, callback }
      timers.add(timer)
      return () => { timers.delete(timer) }
    },
    async advance(ms) {
      requireMilliseconds('ms', ms)
      const turn = lastAdvance.then(() => run(now + ms))
      lastAdvance = turn.catch(() => {})
      await turn
    },
    get pendingTimers() { return timers.size },
  }
}

/** The set keeps insertion order, so of two timers due at once the older runs first. */
function earliest(timers: Set<Timer>, until: number): Timer | undefined {
  let found: Timer | undefined
  for (const timer of timers) {
    if (timer.dueAt > until) continue
    if (found === undefined || timer.dueAt < found.dueAt) found = timer
  }
  return found
}

function requireMilliseconds(name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return
  throw new TypeError(`${name} must be a finite number of milliseconds, zero or more`)
}
