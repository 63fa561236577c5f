import type { EpochMs } from '@keyturn/token-crypto'
import type { PutExpectation, PutOutcome, SessionRecord, SessionStore, StoredSession, StoreKey } from '../store.ts'

/** One write of one session, and whether it may have happened already. */
export interface Write {
  readonly key: StoreKey
  readonly record: SessionRecord
  readonly expected: PutExpectation
  /** An attempt failed, and its outcome is not known. */
  readonly again: boolean
}

export type EndOptions = NonNullable<Parameters<NonNullable<SessionStore['destroyByOwner']>>[1]>

/** What the chain does with one session, or those of one owner, while one of its links serves. */
export interface PlaceCalls {
  get(key: StoreKey): Promise<SessionRecord | undefined>
  put(write: Write): Promise<PutOutcome>
  touch(key: StoreKey, expiresAt: EpochMs): Promise<boolean>
  destroy(key: StoreKey): Promise<void>
  listByOwner(ownerTag: Buffer): Promise<StoredSession[]>
  destroyByOwner(ownerTag: Buffer, options: EndOptions): Promise<number>
}
