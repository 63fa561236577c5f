import type { EpochMs, KeyId } from '@keyturn/token-crypto'

/** SHA-256 of the session id, 32 bytes: a store never sees the id that the cookie carries. */
export type StoreKey = Buffer

/** Counts the writes of one record, from 1. */
export type Version = number

/** What a store sees of a session: nothing in it is plain text. */
export interface SessionRecord {
  /** Sealed session, opened only by the keyring that sealed it and only under its own store key. */
  readonly sealed: Buffer
  /** Key under which `sealed` was sealed, 16 lowercase hex digits. */
  readonly keyId: KeyId
  readonly version: Version
  /** Keyed hash of the user id, 32 bytes; `undefined` for a session nobody signed in to. */
  readonly ownerTag: Buffer | undefined
  readonly createdAt: EpochMs
  /** In the past means absent: a store never returns an expired record. */
  readonly expiresAt: EpochMs
}

/** Version that was read, `'absent'` for a new record, `'any'` to overwrite or create. */
export type PutExpectation = Version | 'absent' | 'any'

/** `'conflict'`: another version is there. `'gone'`: a version was expected and none is there. */
export type PutOutcome = 'stored' | 'conflict' | 'gone'

/** What a store can do beyond the core. A method whose capability is `false` is absent. */
export interface StoreCapabilities {
  readonly scan: boolean
  /** `listByOwner` and `destroyByOwner`. */
  readonly owners: boolean
  readonly prune: boolean
  readonly statistics: boolean
  /** Survives a restart of the process. */
  readonly durable: boolean
  /** Seen by other processes. */
  readonly shared: boolean
}

export interface StoredSession {
  readonly key: StoreKey
  readonly record: SessionRecord
  /** From a scan that can be taken up again: all up to here has been given. For `after` of a later scan of this store. */
  readonly position?: string
}

export interface ScanOptions {
  readonly batchSize?: number
  readonly signal?: AbortSignal
  /** Goes on behind the `position` that an earlier scan of the same store gave. */
  readonly after?: string
}

export interface StoreStatistics {
  readonly total: number
  readonly active: number
  readonly expired: number
  /** Sum of the sealed bytes. */
  readonly bytes: number
  /** Active sessions by the key that sealed them. */
  readonly byKeyId: ReadonlyMap<KeyId, number>
}

/** Who wants to know of changes. Called at once, and never after `lost`. */
export interface ChangeListener {
  /** What was read of this record before may be old; without a key, what was read of any. */
  changed(key?: StoreKey): void
  /** Changes may be missing from now on: the feed is over. Called once at most, before anything else is read or told. */
  lost(error: Error): void
}

/** Word of every change of a store, by whichever process. It ends at the first gap: whoever needs another opens it. */
export interface ChangeFeed {
  /**
   * Resolves when every change that was acknowledged to anybody before this call has been told.
   *
   * @throws {KeyturnError} That cannot be promised. It may also wait for ever: the caller has a time limit.
   */
  confirm(): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

/**
 * Where sealed session records rest.
 *
 * Absence is `undefined`; an outage rejects with `KEYTURN_STORE_UNAVAILABLE` within the store's time limit.
 * Expiry is exact: a record whose `expiresAt` has passed is never returned, touched or counted as active.
 * The clock that decides is the engine's own where it has one, so that servers whose clocks differ agree.
 *
 * Bytes: a caller does not change a `Buffer` that a store gave out; a store that keeps what it was given in memory
 * keeps a copy.
 */
export interface SessionStore {
  /** Short name for logs, health and metrics, such as `postgres`. */
  readonly name: string
  readonly supports: StoreCapabilities
  get(key: StoreKey): Promise<SessionRecord | undefined>
  /**
   * Stores a record until it expires, atomically.
   *
   * @param key - SHA-256 of the session id, 32 bytes.
   * @param record - `expiresAt` in the past stores nothing that can be read.
   * @param expected - Version that was read, `'absent'` for a new record, `'any'` to overwrite or create.
   * @returns `'stored'`; `'conflict'` when another version (or, for `'absent'`, any) is there; `'gone'` when
   * a version was expected and no live record is there.
   * @throws {StoreUnavailableError} KEYTURN_STORE_UNAVAILABLE: the engine did not answer within `timeoutMs`.
   */
  put(key: StoreKey, record: SessionRecord, expected: PutExpectation): Promise<PutOutcome>
  /** Moves the expiry and leaves version and data alone. `false` when no live record is there. */
  touch(key: StoreKey, expiresAt: EpochMs): Promise<boolean>
  /** Idempotent. */
  destroy(key: StoreKey): Promise<void>
  /** Every live record, in no order; those written meanwhile may or may not be among them. */
  scan?(options?: ScanOptions): AsyncIterable<StoredSession>
  /** Which of the keys have a live record, in few round trips. A store without this method is asked one by one. */
  findLive?(keys: readonly StoreKey[]): Promise<StoreKey[]>
  /** Live records of one owner, newest first. */
  listByOwner?(ownerTag: Buffer): Promise<StoredSession[]>
  /** Ends every session of one owner, all but `except` if given; resolves to how many ended. */
  destroyByOwner?(ownerTag: Buffer, options?: { readonly except?: StoreKey }): Promise<number>
  /**
   * Stores each record that is newer than what is there, in few round trips. Newer is a session that was created later
   * under the key; of the same session the higher version; of the same write the later expiry. An expired record is as
   * good as none. A store without this method is given records one by one.
   *
   * @returns How many were stored.
   */
  putNewer?(sessions: readonly StoredSession[]): Promise<number>
  /**
   * Makes `listByOwner` and `destroyByOwner` find live sessions again whose owner's index was lost and they were not.
   * Absent where one cannot be lost without the other.
   */
  reindex?(keys: readonly StoreKey[]): Promise<void>
  /**
   * Changes whenever what was acknowledged may be missing: after a restart, or when another server took over. Absent
   * where an answer is always durable.
   */
  generation?(): Promise<string>
  /** Calls `listener` whenever a connection to the engine is lost, before any other call is answered. @returns Ends it. */
  onDisconnect?(listener: () => void): () => void
  /**
   * Tells of every change, from the moment the promise resolves: also of one made by a process that does not watch, or
   * by hand. That a record expired is not told. Absent where changes cannot be told.
   *
   * @throws {StoreFeedError} KEYTURN_STORE_FEED: this server or set-up cannot tell them.
   */
  watch?(listener: ChangeListener): Promise<ChangeFeed>
  /** Removes expired records in bounded steps; resolves to how many. */
  prune?(options?: { readonly batchSize?: number; readonly signal?: AbortSignal }): Promise<number>
  statistics?(): Promise<StoreStatistics>
  /** About how many live records there are, for progress: without reading them all, as `statistics` may have to. */
  estimate?(): Promise<number>
  /** Resolves when the engine answers. */
  ping(): Promise<void>
  /** Idempotent; afterwards every method rejects with `KEYTURN_STORE_CLOSED`. */
  close(): Promise<void>
}
