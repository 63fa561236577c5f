import { type Clock, systemClock } from '@keyturn/token-crypto'
import { assertNoProblems, unknownNames, wholeNumber } from '../option-rules.ts'
import type { NearCacheState } from './near-cache-status.ts'

export interface NearCacheOptions {
  /** Most records kept. Default 50 000. */
  readonly maxEntries?: number
  /** Most bytes kept, counting about 500 a record beside its sealed data. Default 64 MiB. */
  readonly maxBytes?: number
  /** A record is read again at the latest after this long, whatever was told, milliseconds. Default 30 000. */
  readonly maxAgeMs?: number
  /** From one proof that the feed is whole to the next, milliseconds. Default 500. */
  readonly heartbeatMs?: number
  /** Longest wait for that proof, milliseconds. Default 500. */
  readonly heartbeatTimeoutMs?: number
  /** Called when the cache begins and ceases to answer; with the error that ended it, or kept it from beginning. */
  readonly onState?: (state: NearCacheState, error?: unknown) => void
  readonly clock?: Clock
}

export interface ResolvedNearCacheOptions {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly maxAgeMs: number
  readonly heartbeatMs: number
  readonly heartbeatTimeoutMs: number
  readonly onState: ((state: NearCacheState, error?: unknown) => void) | undefined
  readonly clock: Clock
  /** Milliseconds that never go back: what ages are measured by. */
  readonly monotonicMs: () => number
}

const NAMES = ['maxEntries', 'maxBytes', 'maxAgeMs', 'heartbeatMs', 'heartbeatTimeoutMs', 'onState', 'clock']
const MIN_BYTES = 64 * 1024
/** More than this in one process: the list alone would take gigabytes. */
const MOST_ENTRIES = 10_000_000
const HOUR_MS = 3_600_000

/** @throws {TypeError} Names every option that is wrong. */
export function resolveNearCacheOptions(options: NearCacheOptions): ResolvedNearCacheOptions {
  const { clock = systemClock } = options
  const resolved: ResolvedNearCacheOptions = {
    maxEntries: options.maxEntries ?? 50_000,
    maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
    maxAgeMs: options.maxAgeMs ?? 30_000,
    heartbeatMs: options.heartbeatMs ?? 500,
    heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? 500,
    onState: options.onState,
    clock,
    monotonicMs: clock === systemClock ? () => performance.now() : () => clock.now(),
  }
  assertNoProblems('createNearCache', [
    unknownNames(options, NAMES),
    wholeNumber('maxEntries', resolved.maxEntries, { min: 1, max: MOST_ENTRIES }),
    wholeNumber('maxBytes', resolved.maxBytes, { min: MIN_BYTES }),
    wholeNumber('maxAgeMs', resolved.maxAgeMs, { min: 1, max: HOUR_MS }),
    wholeNumber('heartbeatMs', resolved.heartbeatMs, { min: 10, max: HOUR_MS }),
    wholeNumber('heartbeatTimeoutMs', resolved.heartbeatTimeoutMs, { min: 10, max: HOUR_MS }),
    resolved.onState === undefined || typeof resolved.onState === 'function' ? undefined : 'onState must be a function',
  ])
  return Object.freeze(resolved)
}
