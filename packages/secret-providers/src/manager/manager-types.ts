import type { EpochMs, KeyId, LiveKeyring } from '@keyturn/token-crypto'
import type { SealedData } from '../notices/warnings.ts'
import type { KeySummary, SecretEventListener } from './events.ts'

export interface RotateOptions {
  /**
   * `'staged'`, the default: a new secret is accepted everywhere for `propagationMs`, then signs.
   * `'immediate'`: it signs at once; other instances learn of it when they meet its signature. For one instance, or when
   * the refresh of the others is known to work.
   */
  readonly mode?: 'staged' | 'immediate'
}

export interface RotationResult {
  /** `'staged'`: a new version waits for its promotion, also when it did before. `'promoted'`: it signs. */
  readonly outcome: 'staged' | 'promoted'
  readonly primaryKeyId: KeyId
  readonly pendingKeyId?: KeyId
  /** When the pending version will sign. */
  readonly promoteAt?: EpochMs
}

export interface PromoteNowOptions {
  /** Before the propagation time has passed: an instance that cannot reach the source will refuse new cookies. */
  readonly early?: boolean
}

/** How many sealed things refer to a key, such as sessions in a store. */
export type ReferenceCounter = (keyId: KeyId) => Promise<number>

export interface RetireOptions {
  /** Only this one. Default: all that may go. */
  readonly keyId?: KeyId
  /** Lets a version go before its grace has run out, when nothing refers to it. */
  readonly countReferences?: ReferenceCounter
}

export interface CompromiseOptions {
  /** Only this version is known to others. Default: all are, pending ones and legacy secrets too. */
  readonly keyId?: KeyId
}

/** How things stand, for health, metrics and people. Holds no secret. */
export interface SecretStatus {
  readonly origin: string
  readonly ephemeral: boolean
  readonly writable: boolean
  readonly keys: readonly KeySummary[]
  readonly legacySecrets: number
  readonly primaryKeyId: KeyId
  /** Milliseconds; absent when the source does not know. */
  readonly primaryAgeMs?: number
  /** When the primary should be rotated. */
  readonly dueAt?: EpochMs
  readonly age: 'fresh' | 'due-soon' | 'overdue' | 'unknown'
  readonly promoteAt?: EpochMs
  readonly lastLoadedAt: EpochMs
  /** Loads that failed since the last good one; 0 when all is well. */
  readonly failures: number
  /** Code of the last failure since then. */
  readonly lastErrorCode?: string
}

/** Owns the keyring of a process: loads, refreshes, rotates. */
export interface SecretManager {
  readonly keyring: LiveKeyring
  /** Which source and where, never what. */
  readonly origin: string
  /** The secret is gone when this process ends. */
  readonly ephemeral: boolean
  /** Can be rotated from here. */
  readonly writable: boolean
  status(): SecretStatus
  /** Looks at the source now. Rejects when it does not answer; the last good keyring stays. */
  refresh(): Promise<SecretStatus>
  /**
   * Begins a rotation, or tells how the one under way stands. Nobody is logged out by it.
   *
   * @throws {RotationUnsupportedError} KEYTURN_ROTATION_UNSUPPORTED: the source is read-only; the message says what to do.
   */
  rotate(options?: RotateOptions): Promise<RotationResult>
  /**
   * Lets the pending version sign.
   *
   * @throws {RotationNotReadyError} KEYTURN_ROTATION_NOT_READY: there is none, or it is too early.
   */
  promote(options?: PromoteNowOptions): Promise<RotationResult>
  /**
   * Removes versions that no longer sign: those whose grace has run out, or that nothing refers to.
   *
   * @returns Key ids of those removed.
   * @throws {SecretInUseError} KEYTURN_SECRET_IN_USE: `keyId` is still referred to.
   */
  retire(options?: RetireOptions): Promise<readonly KeyId[]>
  /**
   * Drops versions at once because others know them, and signs with a new one. Who is signed in with them is not any more.
   *
   * @returns Key ids of those dropped.
   */
  compromise(options?: CompromiseOptions): Promise<readonly KeyId[]>
  /** Prints a data-loss warning when the secret is ephemeral and sealed data exists. @returns Whether it did. */
  announceSealedData(found: readonly SealedData[]): boolean
  /** Every event from now on. @returns Ends it. */
  onEvent(listener: SecretEventListener): () => void
  /** Ends timers, watchers and sources; the keyring goes on working with what it has. Idempotent. */
  close(): Promise<void>
}
