import type { EpochMs, KeyId } from '@keyturn/token-crypto'
import type { StoreKey, Version } from '../store.ts'
import type { PristineData } from './pristine-data.ts'
import type { JsonValue, SessionData } from './session-data.ts'

/** What Keyturn itself keeps of a session, sealed beside the application's data. */
export interface SessionMeta {
  /** Whose session it is; its keyed hash becomes the owner tag. */
  readonly userId?: string
  readonly signedInAt?: EpochMs
  readonly idleTimeoutMs?: number
  readonly [extra: string]: JsonValue | undefined
}

/** A session that was read and opened. */
export interface LoadedSession {
  readonly id: string
  readonly key: StoreKey
  /** Yours to change. */
  readonly data: SessionData
  /** The data as it was sealed; `isSessionChanged` compares with it. */
  readonly dataText: string
  /** The data as it was parsed, frozen; `undefined` where only the text is at hand. */
  readonly pristine?: PristineData | undefined
  readonly meta: SessionMeta
  readonly metaText: string
  readonly version: Version
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs
  /** Key under which it was sealed. */
  readonly keyId: KeyId
  /** Sealed, or its owner tagged, under a key that is on its way out: `rewrap` it. */
  readonly stale: boolean
}

/** One of the sessions of a user; its id is known only to who holds the cookie. */
export type OwnedSession = Omit<LoadedSession, 'id'>

/** Data to be stored, with its JSON where that has been written already. */
export interface WrittenData {
  readonly data: SessionData
  /** What `JSON.stringify` made of `data`, which has not changed since. Default: it is written. */
  readonly json?: string | undefined
}

export interface NewSession extends WrittenData {
  readonly meta?: SessionMeta
  /** Default: now. */
  readonly createdAt?: EpochMs
  readonly expiresAt: EpochMs
}

export interface SessionChange extends WrittenData {
  /** Default: as loaded. */
  readonly meta?: SessionMeta
  readonly expiresAt: EpochMs
}

/** `'gone'`: the session ended meanwhile, and nothing was written. */
export type SaveOutcome =
  | { readonly outcome: 'stored'; readonly session: LoadedSession }
  | { readonly outcome: 'gone' }

/** `'conflict'`: another wrote meanwhile, and so sealed it anew. */
export type RewrapOutcome = SaveOutcome | { readonly outcome: 'conflict' }
