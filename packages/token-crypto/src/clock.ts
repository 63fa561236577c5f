/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number

/** Where time comes from: injected, so that a test need not wait. */
export interface Clock {
  now(): EpochMs
  /**
   * Runs `callback` once.
   *
   * @param delayMs - Milliseconds from now.
   * @returns Cancels the timer; harmless when it has run.
   */
  setTimer(callback: () => void, delayMs: number): () => void
}

/** The clock of this machine. Its timers do not keep the process alive. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
})
