import type { EpochMs, KeyId } from '@keyturn/token-crypto'
import type { StoreKey, Version } from '../store.ts'
import type { LoadedSession, SessionMeta } from './session.ts'
import type { SessionData } from './session-data.ts'
import { type OpenedTexts, parseSealed } from './session-sealer.ts'

/**
 * A session that was just written, as if it had been loaded. Whoever has written one rarely looks into it again: it is
 * parsed for those who do.
 */
export class WrittenSession implements LoadedSession {
  readonly id: string
  readonly key: StoreKey
  declare readonly data: SessionData
  readonly dataText: string
  readonly pristine: undefined
  declare readonly meta: SessionMeta
  readonly metaText: string
  readonly version: Version
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs
  readonly keyId: KeyId
  readonly stale: boolean
  #data: SessionData | undefined
  #meta: SessionMeta | undefined

  /** @param meta - Frozen, where it has been parsed already. */
  constructor(id: string, key: StoreKey, texts: OpenedTexts, meta?: SessionMeta) {
    this.id = id
    this.key = key
    Object.defineProperty(this, 'data', DATA)
    this.dataText = texts.dataText
    this.pristine = undefined
    Object.defineProperty(this, 'meta', META)
    this.metaText = texts.metaText
    this.version = texts.version
    this.createdAt = texts.createdAt
    this.expiresAt = texts.expiresAt
    this.keyId = texts.keyId
    this.stale = texts.stale
    this.#meta = meta
  }

  static readData(session: WrittenSession): SessionData {
    session.#data ??= parseSealed(session.dataText) as SessionData
    return session.#data
  }

  static readMeta(session: WrittenSession): SessionMeta {
    session.#meta ??= Object.freeze(parseSealed(session.metaText) as SessionMeta)
    return session.#meta
  }
}

// Own properties, so that a copy by spreading has them too. The getters are the same for all: those of an object literal
// are new each time, and V8 gives each such object a shape of its own, which outlives its request.
const DATA: PropertyDescriptor & ThisType<WrittenSession> = {
  enumerable: true,
  get() {
    return WrittenSession.readData(this)
  },
}
const META: PropertyDescriptor & ThisType<WrittenSession> = {
  enumerable: true,
  get() {
    return WrittenSession.readMeta(this)
  },
}
