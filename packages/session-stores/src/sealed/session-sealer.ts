import {
  constantTimeEqual,
  createOwnerTag,
  type EpochMs,
  inspectSealed,
  type KeyId,
  type Keyring,
  type LiveKeyring,
  open,
  OpenError,
  seal,
  UnknownKeyError,
} from '@keyturn/token-crypto'
import { SessionTooLargeError } from '../errors.ts'
import type { SessionRecord, StoreKey, Version } from '../store.ts'
import type { SessionMeta } from './session.ts'
import { decodeFrame, encodeFrame, type FrameOwner, type SessionFrame } from './session-frame.ts'

/** A session as texts, and where it stands in its store. */
export interface SessionTexts {
  readonly dataText: string
  readonly metaText: string
  readonly version: Version
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs
}

export interface OpenedTexts extends SessionTexts {
  readonly keyId: KeyId
  readonly stale: boolean
  /** What they were opened from. */
  readonly sealed: Buffer
  readonly owner: FrameOwner | undefined
}

/** Turns sessions into records and back; a record opens only under the key of the store that it was sealed for. */
export interface SessionSealer {
  /**
   * @throws {OpenError} KEYTURN_CANNOT_OPEN
   * @throws {UnknownKeyError} KEYTURN_UNKNOWN_KEY
   */
  open(key: StoreKey, record: SessionRecord): OpenedTexts
  /**
   * What opening a record would give whose sealed bytes were opened before.
   *
   * @returns `undefined` where its key is accepted no longer.
   * @throws {OpenError} KEYTURN_CANNOT_OPEN: its owner is not the one that was sealed.
   */
  reopen(record: SessionRecord, opened: OpenedTexts): OpenedTexts | undefined
  /** Like `open`; for a key that is not known it asks the keyring once to look for it. */
  openLater(key: StoreKey, record: SessionRecord): Promise<OpenedTexts>
  /** @throws {SessionTooLargeError} KEYTURN_SESSION_TOO_LARGE */
  seal(key: StoreKey, texts: SessionTexts, owner: SessionOwner): SealedTexts
}

/** Whose session it is to be. */
export interface SessionOwner {
  readonly userId: string | undefined
  /** The tag of this user as it was sealed before: it is taken while its key is the primary one. Default: it is made. */
  readonly tagged?: FrameOwner | undefined
}

export interface SealedTexts {
  readonly record: SessionRecord
  readonly texts: OpenedTexts
}

export function createSessionSealer(keyring: LiveKeyring, maxBytes: number): SessionSealer {
  function openWith(current: Keyring, key: StoreKey, record: SessionRecord): OpenedTexts {
    const frame = decodeFrame(open(current, 'session', record.sealed, { kind: 'session', key }))
    if (frame === undefined) throw new OpenError()
    // The key that opened it, whatever the record says.
    const keyId = inspectSealed(record.sealed)?.keyId ?? record.keyId
    return join(current, record, frame, keyId)
  }

  function sealFrame(current: Keyring, key: StoreKey, frame: SessionFrame): Buffer {
    const plain = encodeFrame(frame)
    try {
      if (plain.length > maxBytes) throw new SessionTooLargeError(plain.length, maxBytes)
      return seal(current, 'session', plain, { kind: 'session', key })
    } finally {
      plain.fill(0)
    }
  }

  return {
    open: (key, record) => openWith(keyring.current, key, record),
    reopen(record, opened) {
      const { current } = keyring
      return current.find('session', opened.keyId) === undefined ? undefined : join(current, record, opened, opened.keyId)
    },
    async openLater(key, record) {
      try {
        return openWith(keyring.current, key, record)
      } catch (error) {
        if (!(error instanceof UnknownKeyError)) throw error
        await keyring.refreshForUnknownKey()
        return openWith(keyring.current, key, record)
      }
    },
    seal(key, { dataText, metaText, version, createdAt, expiresAt }, of) {
      const { current } = keyring
      const owner = toFrameOwner(current, of)
      const sealed = sealFrame(current, key, { metaText, dataText, createdAt, owner })
      const keyId = current.primary('session').id
      return {
        record: { sealed, keyId, version, ownerTag: owner?.tag, createdAt, expiresAt },
        texts: { dataText, metaText, version, createdAt, expiresAt, keyId, stale: false, sealed, owner },
      }
    },
  }
}

function toFrameOwner(current: Keyring, { userId, tagged }: SessionOwner): FrameOwner | undefined {
  if (userId === undefined) return undefined
  const { id } = current.primary('owner')
  return tagged?.keyId === id ? tagged : { keyId: id, tag: createOwnerTag(current, userId) }
}

/** What was sealed, and where the record says that it stands. */
function join(current: Keyring, record: SessionRecord, { dataText, metaText, createdAt, owner }: SessionFrame, keyId: KeyId): OpenedTexts {
  if (!isTaggedAs(record, owner)) throw new OpenError()
  const { version, expiresAt, sealed } = record
  const stale =
    isOnItsWayOut(current, 'session', keyId) ||
    (owner !== undefined && isOnItsWayOut(current, 'owner', owner.keyId))
  // Whoever may edit the row could change its date of creation: the sealed one counts.
  return { dataText, metaText, version, createdAt, expiresAt, keyId, stale, sealed, owner }
}

/** A record tagged for somebody else, or for nobody, would stay alive when its user's sessions are ended. */
function isTaggedAs({ ownerTag }: SessionRecord, owner: FrameOwner | undefined): boolean {
  if (owner === undefined || ownerTag === undefined) return owner === undefined && ownerTag === undefined
  return constantTimeEqual(ownerTag, owner.tag)
}

/** A key that is pending here seals already elsewhere: going back to the older one would only be undone there. */
function isOnItsWayOut(keyring: Keyring, purpose: 'session' | 'owner', keyId: string): boolean {
  return keyId !== keyring.primary(purpose).id && keyring.find(purpose, keyId)?.state !== 'pending'
}

/** JSON that was sealed; the error of a parser would quote it. */
export function parseSealed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new OpenError()
  }
}

export function userIdOf(metaText: string): string | undefined {
  return (parseSealed(metaText) as SessionMeta).userId
}
