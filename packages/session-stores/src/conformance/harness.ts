import type { EpochMs } from '@keyturn/token-crypto'
import type { SessionStore } from '../store.ts'

export interface ConformanceOptions {
  /** Registers one test: `test` of tap, of node:test, or any function of that form. */
  readonly test: (name: string, body: (context?: unknown) => Promise<void>) => unknown
  /** A fresh and empty store at each call; the suite closes it. */
  readonly createStore: () => SessionStore | Promise<SessionStore>
  /** Another store object on the same data, as another process would have. Required where `supports.shared`. */
  readonly connect?: (store: SessionStore) => SessionStore | Promise<SessionStore>
  /** The clock that the store was given. Without it the suite waits for real time. */
  readonly clock?: ConformanceClock
}

export interface ConformanceClock {
  now(): EpochMs
  advance(ms: number): void | Promise<void>
}

/** What one check works with. */
export interface CheckTools {
  readonly store: SessionStore
  readonly clock: ConformanceClock
  /** Another store object on the same data; the same object where the store is not shared. */
  connect(): Promise<SessionStore>
}

/** Registers one check of a topic, against a store of its own. */
export type Check = (behaviour: string, body: (tools: CheckTools) => Promise<void>) => void

export type Topic = (check: Check) => void

const realClock: ConformanceClock = {
  now: () => Date.now(),
  advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

export function createCheck(options: ConformanceOptions, topic: string): Check {
  // Not called as a method: runners take `this` for their own.
  const { test } = options
  return (behaviour, body) => {
    test(`${topic}: ${behaviour}`, async (context) => {
      await runCheck(options, body)
      reportPass(context)
    })
  }
}

async function runCheck(options: ConformanceOptions, body: (tools: CheckTools) => Promise<void>): Promise<void> {
  const store = await options.createStore()
  const opened = [store]
  try {
    await body({
      store,
      clock: options.clock ?? realClock,
      async connect() {
        if (!store.supports.shared) return store
        if (options.connect === undefined) throw new TypeError('The suite needs `connect` for a store that is shared.')
        const other = await options.connect(store)
        opened.push(other)
        return other
      },
    })
  } finally {
    await Promise.all(opened.map((each) => each.close()))
  }
}

/** Runners that count assertions, as tap does, would take a test without one of theirs for empty. */
function reportPass(context: unknown): void {
  const pass = (context as { pass?: unknown } | undefined)?.pass
  if (typeof pass === 'function') pass.call(context, 'as it should be')
}
