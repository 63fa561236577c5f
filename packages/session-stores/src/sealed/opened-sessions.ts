import type { Keyring, LiveKeyring } from '@keyturn/token-crypto'
import { LRUCache } from 'lru-cache'
import type { SessionRecord, StoreKey } from '../store.ts'
import { type PristineData, toPristine } from './pristine-data.ts'
import type { SessionMeta } from './session.ts'
import type { SessionData } from './session-data.ts'
import { ownedOf } from './own-memory.ts'
import { type OpenedTexts, parseSealed, type SessionSealer } from './session-sealer.ts'

/** A session as it was opened, and the very bytes that it was opened from. */
export interface OpenedSession {
  readonly key: StoreKey
  readonly texts: OpenedTexts
  /** Frozen: every request that recalls it gets the same object. */
  readonly meta: SessionMeta
}

/** One that is remembered. */
export interface RecalledSession extends OpenedSession {
  /**
   * Parsed when it is asked for the second time: many sessions are read once before they are changed. `undefined` until
   * then, and where only the text will do.
   */
  readonly pristine: PristineData | undefined
  /**
   * What opening this record would give, without decrypting it.
   *
   * @returns `undefined` where its sealed bytes are others, or their key is accepted no longer.
   * @throws {OpenError} KEYTURN_CANNOT_OPEN: its owner is not the one that was sealed.
   */
  reopen(record: SessionRecord): OpenedTexts | undefined
}

/**
 * Remembers by their ids the sessions that were opened lately, so that a record whose bytes are still the same is not
 * decrypted again. It answers nothing by itself: the store is read each time, and its bytes decide.
 */
export interface OpenedSessions {
  get(id: string): RecalledSession | undefined
  set(id: string, opened: OpenedSession): void
  delete(id: string): void
}

/** Id, key and objects of an entry. Measured at about 900. */
const ENTRY_BYTES = 1000
/** The text, and what is parsed of it: 1.7 bytes for one of the text. */
const BYTES_PER_CHARACTER = 3
const SIZE_STEP = 256
/** For a later record that is some characters longer. */
const ROOM_BYTES = 128
const NO_MEMORY: Buffer = Buffer.alloc(0)

/**
 * Where there is no room, one of so many is taken in for those that were asked for least lately. Each would make room
 * for the next one before it is asked for again, where more sessions take turns than fit: nothing would be recalled, and
 * all that is remembered in vain is garbage that grew old.
 */
const TAKEN_IN = 1 / 16

export interface OpenedSessionsOptions {
  /** 0 remembers nothing. */
  readonly maxBytes: number
  readonly keyring: LiveKeyring
  readonly sealer: SessionSealer
}

export function createOpenedSessions(options: OpenedSessionsOptions): OpenedSessions {
  const { maxBytes } = options
  if (maxBytes === 0) return { get: () => undefined, set: () => {}, delete: () => {} }
  const entries = new LRUCache<string, Recalled>({ maxSize: maxBytes })
  return {
    get: (id) => entries.get(id),
    set(id, opened) {
      const size = sizeOf(opened.texts)
      const there = entries.get(id)
      if (there?.size === size) return there.renew(opened)
      if (entries.calculatedSize + size > maxBytes && there === undefined && Math.random() > TAKEN_IN) return
      entries.set(id, new Recalled(opened, size, options), { size })
    },
    delete: (id) => void entries.delete(id),
  }
}

/** In steps, so that most changes leave it as it is. */
function sizeOf({ sealed, dataText, metaText }: OpenedTexts): number {
  const bytes = sealed.length + BYTES_PER_CHARACTER * dataText.length + metaText.length
  return ENTRY_BYTES + Math.ceil(bytes / SIZE_STEP) * SIZE_STEP
}

/** One that was sealed here lies in Node's pool; one that was opened has memory of its own. */
function toOwned(owner: OpenedTexts['owner']): OpenedTexts['owner'] {
  if (owner === undefined) return undefined
  const tag = ownedOf(owner.tag)
  return tag === owner.tag ? owner : { ...owner, tag }
}

type Parts = Pick<OpenedSessionsOptions, 'keyring' | 'sealer'>

class Recalled implements RecalledSession {
  readonly key: StoreKey
  readonly size: number
  texts: OpenedTexts
  meta: SessionMeta
  readonly #parts: Parts
  /** Of its own: the next record of the session is written into it, in place of becoming garbage that grew old. */
  #memory = NO_MEMORY
  /** What a record is compared with. */
  #sealed = NO_MEMORY
  #pristine: PristineData | undefined
  #asked = 0
  /** What `texts` were compared with, where both can change no more. */
  #record: SessionRecord | undefined
  #current: Keyring | undefined

  constructor(opened: OpenedSession, size: number, parts: Parts) {
    this.key = ownedOf(opened.key)
    this.size = size
    this.texts = opened.texts
    this.meta = opened.meta
    this.#parts = parts
    this.renew(opened)
  }

  /** Whoever waits for a record meanwhile compares it with what is here when it comes. */
  renew({ texts, meta }: OpenedSession): void {
    const { sealed } = texts
    if (sealed.length > this.#memory.length) this.#memory = Buffer.allocUnsafeSlow(sealed.length + ROOM_BYTES)
    if (sealed.length !== this.#sealed.length || this.#record !== undefined) this.#sealed = this.#memory.subarray(0, sealed.length)
    this.#sealed.set(sealed)
    this.texts = { ...texts, sealed: this.#sealed, owner: toOwned(texts.owner) }
    this.meta = meta
    this.#pristine = this.#record = undefined
    this.#asked = 0
  }

  get pristine(): PristineData | undefined {
    this.#asked++
    if (this.#asked === 2) this.#pristine = toPristine(parseSealed(this.texts.dataText) as SessionData)
    return this.#pristine
  }

  reopen(record: SessionRecord): OpenedTexts | undefined {
    const { current } = this.#parts.keyring
    if (record === this.#record && current === this.#current) {
      return current.find('session', this.texts.keyId) === undefined ? undefined : this.texts
    }
    if (!this.#sealed.equals(record.sealed)) return undefined
    const texts = this.#parts.sealer.reopen(record, this.texts)
    if (texts !== undefined && Object.isFrozen(record)) this.#settle(texts, record, current)
    return texts
  }

  // A store that keeps records itself gives out the same one again, frozen: its bytes are held here in place of a copy.
  #settle(texts: OpenedTexts, record: SessionRecord, current: Keyring): void {
    this.texts = texts
    this.#memory = NO_MEMORY
    this.#sealed = texts.sealed
    this.#record = record
    this.#current = current
  }
}
