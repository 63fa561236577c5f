import { type Clock, systemClock } from '@keyturn/token-crypto'
import { assertNoProblems, wholeNumber } from './option-rules.ts'
import type { SessionStore } from './store.ts'

export interface PrunerOptions {
  readonly store: SessionStore
  /** From the end of one run to the next, milliseconds, give or take a tenth. Default 900 000: 15 minutes. */
  readonly intervalMs?: number
  /** Records removed in one step. Default 1000. */
  readonly batchSize?: number
  /** Told how many a scheduled run removed. */
  readonly onPruned?: (removed: number) => void
  /** Told what a scheduled run failed with; the next one comes as if nothing had happened. */
  readonly onError?: (error: unknown) => void
  readonly clock?: Clock
}

/** Removes expired sessions from time to time, for a store that does not do it by itself. */
export interface Pruner {
  /** Removes now; who asks during a run waits for that one. Resolves to how many. */
  run(): Promise<number>
  /** Runs at random within the first interval, so that servers started together do not prune together; then regularly. */
  start(): void
  /** Ends the schedule, and a run under way after its step. */
  stop(): Promise<void>
}

/** Longest delay of a timer in Node. */
const MAX_INTERVAL_MS = 2_147_483_647 / 2

/** @throws {TypeError} Names every option that is wrong. */
export function createPruner(options: PrunerOptions): Pruner {
  const { store, onPruned, onError, clock = systemClock } = options
  const { intervalMs = 900_000, batchSize = 1000 } = options
  assertNoProblems('createPruner', [
    typeof store?.get === 'function' ? undefined : 'store must be a session store',
    wholeNumber('intervalMs', intervalMs, { min: 1, max: Math.floor(MAX_INTERVAL_MS) }),
    wholeNumber('batchSize', batchSize, { min: 1, max: 1_000_000 }),
  ])
  let running: Promise<number> | undefined
  let stopping = new AbortController()
  let cancelTimer: (() => void) | undefined

  function run(): Promise<number> {
    running ??= prune().finally(() => (running = undefined))
    return running
  }

  async function prune(): Promise<number> {
    return (await store.prune?.({ batchSize, signal: stopping.signal })) ?? 0
  }

  function schedule(delayMs: number): void {
    cancelTimer = clock.setTimer(() => void runScheduled(stopping.signal), delayMs)
  }

  async function runScheduled(signal: AbortSignal): Promise<void> {
    await run()
      .then(onPruned, onError)
      // A faulty callback ends neither the schedule nor the process.
      .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
    if (!signal.aborted) schedule(intervalMs * (0.9 + Math.random() / 5))
  }

  return {
    run,
    start() {
      if (cancelTimer !== undefined || !store.supports.prune) return
      stopping = new AbortController()
      schedule(Math.random() * intervalMs)
    },
    async stop() {
      cancelTimer?.()
      cancelTimer = undefined
      stopping.abort()
      await running?.catch(() => undefined)
      stopping = new AbortController()
    },
  }
}
