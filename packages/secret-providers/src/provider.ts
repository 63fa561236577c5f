import type { EpochMs, LegacySecret, SecretVersion } from '@keyturn/token-crypto'

/** What a source can do beyond `load`. A method whose capability is `false` is absent. */
export interface ProviderCapabilities {
  /** A first secret can be kept here. */
  readonly create: boolean
  /** Versions can be added, promoted and removed here. */
  readonly rotate: boolean
  /** Tells of changes by itself, beyond being asked. */
  readonly watch: boolean
}

/** What a source holds at one moment. Immutable. */
export interface SecretSet {
  /**
   * Exactly one is primary, or the list is empty: such a set only adds its other parts to the source that has a primary.
   * A `createdAt` of 0 means that the source does not know.
   */
  readonly versions: readonly SecretVersion[]
  /** Roots of the purpose `session`, when they are not `versions`. Exactly one is primary. */
  readonly encryptionVersions?: readonly SecretVersion[]
  /** Raw secrets of an older system: verify-only, each until its end date. */
  readonly legacySecrets?: readonly LegacySecret[]
  /** Which source and where, never what: `file /srv/app/session-secrets.json`. */
  readonly origin: string
  /** What an operator should mend, one sentence each, without values. */
  readonly warnings?: readonly string[]
}

export interface LoadOptions {
  /** Gives up; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** `'conflict'`: what is there now is not what was expected; nothing was written. */
export type ReplaceOutcome = 'replaced' | 'conflict'

/**
 * A source of secrets.
 *
 * Absence is `undefined`, an outage rejects: whoever confuses the two creates a second secret and logs everybody out.
 */
export interface SecretProvider {
  /** Short name for logs, health and metrics, such as `file`. */
  readonly name: string
  /** Where it looks, for messages: `file /srv/app/session-secrets.json`. Default: the name. */
  readonly place?: string
  readonly supports: ProviderCapabilities
  /**
   * Reads what is there now.
   *
   * @returns `undefined` only when the source answered and has none.
   * @throws {SecretSourceUnavailableError} KEYTURN_SECRET_SOURCE_UNAVAILABLE: no answer; trying again may help.
   * @throws {SecretSourceDeniedError} KEYTURN_SECRET_SOURCE_DENIED
   * @throws {SecretSourceCorruptError} KEYTURN_SECRET_SOURCE_CORRUPT: empty, torn, or of an unknown format.
   */
  load(options?: LoadOptions): Promise<SecretSet | undefined>
  /**
   * Keeps a first secret, unless there is one: of many callers at once exactly one wins.
   *
   * @param version - A primary version.
   * @returns What is there afterwards: ours, or the winner's.
   */
  create?(version: SecretVersion, options?: LoadOptions): Promise<SecretSet>
  /**
   * Writes `next` if `expected` is still what is there: a compare-and-set.
   *
   * @param expected - What `load` or `create` returned.
   */
  replace?(next: SecretSet, expected: SecretSet, options?: LoadOptions): Promise<ReplaceOutcome>
  /**
   * Calls `onChange` when what is there may have changed.
   *
   * @returns Ends it.
   */
  watch?(onChange: () => void): () => void
  /** Idempotent; afterwards every method rejects with `KEYTURN_SECRET_SOURCE_CLOSED`. */
  close?(): Promise<void>
}

/** `createdAt` of a version whose source does not say when it was made. */
export const UNKNOWN_AGE: EpochMs = 0
