import { type Clock, type EpochMs, systemClock } from '@keyturn/token-crypto'
import { assertNoProblems, wholeNumber } from './option-rules.ts'
import type { SessionStore, StoreStatistics } from './store.ts'

export interface StatisticsReaderOptions {
  readonly store: SessionStore
  /** How old an answer may be, milliseconds. Default 60 000. */
  readonly maxAgeMs?: number
  readonly clock?: Clock
}

export interface DatedStatistics extends StoreStatistics {
  /** When they were counted. */
  readonly countedAt: EpochMs
}

/** Counts sessions at most once in `maxAgeMs`, however many ask: a store of millions takes seconds to count. */
export interface StatisticsReader {
  /** `undefined` when the store cannot count. */
  read(): Promise<DatedStatistics | undefined>
}

/** @throws {TypeError} Names every option that is wrong. */
export function createStatisticsReader(options: StatisticsReaderOptions): StatisticsReader {
  const { store, maxAgeMs = 60_000, clock = systemClock } = options
  assertNoProblems('createStatisticsReader', [
    typeof store?.get === 'function' ? undefined : 'store must be a session store',
    wholeNumber('maxAgeMs', maxAgeMs, { min: 0 }),
  ])
  let last: DatedStatistics | undefined
  let counting: Promise<DatedStatistics | undefined> | undefined

  async function count(): Promise<DatedStatistics | undefined> {
    const counted = await store.statistics?.()
    if (counted !== undefined) last = { ...counted, countedAt: clock.now() }
    return last
  }

  return {
    async read() {
      if (last !== undefined && clock.now() - last.countedAt < maxAgeMs) return last
      counting ??= count().finally(() => (counting = undefined))
      return counting
    },
  }
}

/** One line for a log, such as `postgres: 12 active sessions (10 under key 5f…, 2 under key a0…), 3 expired, 7 kB`. */
export function formatStatistics(storeName: string, statistics: StoreStatistics): string {
  const { active, expired, bytes, byKeyId } = statistics
  const keys = [...byKeyId].sort(([, a], [, b]) => b - a).map(([keyId, sessions]) => `${sessions} under key ${keyId}`)
  const under = keys.length === 0 ? '' : ` (${keys.join(', ')})`
  return `${storeName}: ${active} active sessions${under}, ${expired} expired, ${Math.ceil(bytes / 1000)} kB`
}
