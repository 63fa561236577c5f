/** `bypassed`: every read goes to the store, because it is not proven that all changes are told. */
export type NearCacheState = 'answering' | 'bypassed'

export interface NearCacheStatus {
  readonly state: NearCacheState
  /** A session that was ended is returned by no read which begins later than this after it, milliseconds. */
  readonly staleLimitMs: number
  readonly entries: number
  /** Sealed bytes, and about 500 a record beside. */
  readonly bytes: number
  /** Reads that were answered here. */
  readonly hits: number
  /** Reads that the store was asked for, because the record was not here. */
  readonly misses: number
  /** Reads that the store was asked for, because the feed was not proven. */
  readonly bypasses: number
}
