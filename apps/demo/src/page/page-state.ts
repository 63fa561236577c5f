import type { KeyId, SecretState } from '@keyturn/token-crypto'
import type { Deed } from './deed.ts'

/** Everything that one page shows, gathered before anything is rendered. */
export interface PageState {
  readonly now: number
  readonly after: Deed | undefined
  readonly process: ProcessFacts
  readonly userId: string | undefined
  readonly session: SessionFacts
  readonly row: RowFacts | undefined
  readonly keys: KeysFacts
  readonly cookie: CookieFacts | undefined
  readonly devices: readonly Device[]
}

export interface ProcessFacts {
  readonly pid: number
  readonly startedAt: number
  /** Differs between any two processes, also where the system gives a number again. */
  readonly instance: string
  readonly storeName: string
  /** Time of one ping of the store; `undefined` where it did not answer. */
  readonly storeLatencyMs: number | undefined
}

/** Pieces of fruit by name. */
export type Basket = Readonly<Record<string, number>>

/** What a request handler has in hand. */
export interface SessionFacts {
  readonly data: Readonly<Record<string, unknown>>
  readonly basket: Basket
}

/** The row of this session, as PostgreSQL gives it out. */
export interface RowFacts {
  readonly table: string
  readonly columns: readonly RowColumn[]
  readonly sealed: SealedParts
  readonly keyId: KeyId
  readonly version: number
  /** The owner tag is the keyed hash of who is signed in. */
  readonly ownerIsMe: boolean
}

export interface RowColumn {
  readonly name: string
  /** Bytes as hexadecimal digits, times in ISO 8601. */
  readonly value: string
}

/** The sealed bytes in hexadecimal, cut where their parts begin. */
export interface SealedParts {
  readonly version: string
  readonly keyId: string
  readonly nonce: string
  readonly ciphertext: string
  readonly tag: string
}

export interface KeyFacts {
  readonly id: KeyId
  readonly state: SecretState
  readonly createdAt: number
  readonly retireAt: number | undefined
  /** Live sessions sealed under it. */
  readonly sessions: number
}

export interface KeysFacts {
  readonly primary: KeyId
  /** Primary first. */
  readonly keys: readonly KeyFacts[]
  /** Where the secret is kept, never what it is. */
  readonly origin: string
  /** Key ids in the file, as a second reader finds them; `undefined` where it cannot be read. */
  readonly inFile: readonly KeyId[] | undefined
}

/** The cookie of this request; its session id is never shown. */
export interface CookieFacts {
  readonly name: string
  readonly receivedBy: KeyId
  readonly receivedSignature: string
  /** The primary key, when it is another than `receivedBy`: the answer carries the cookie signed again. */
  readonly returnedBy: KeyId | undefined
  readonly returnedSignature: string | undefined
}

export interface Device {
  /** Store key in hexadecimal. */
  readonly key: string
  readonly name: string
  readonly createdAt: number
  readonly keyId: KeyId
  readonly current: boolean
}
