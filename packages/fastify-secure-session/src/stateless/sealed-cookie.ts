import { type LoadedSession, type SessionData, type SessionMeta, SessionTooLargeError, toStoreKey } from '@keyturn/session-stores'
import { type EpochMs, inspectSealed, type Keyring, type LiveKeyring, OpenError, openText, type Place, sealText } from '@keyturn/token-crypto'

/** Name and value of one cookie, in bytes: what every browser keeps. */
export const MAX_COOKIE_BYTES = 4096

/** A session as the value of its own cookie. */
export interface SealedCookie {
  /** @throws {SessionTooLargeError} KEYTURN_SESSION_TOO_LARGE: no browser would keep it. */
  seal(session: CookieSession, expiresAt: EpochMs): string
  /**
   * @throws {OpenError} KEYTURN_CANNOT_OPEN: forged, or the cookie of another name or application.
   * @throws {UnknownKeyError} KEYTURN_UNKNOWN_KEY
   */
  open(value: string): LoadedSession
}

export type CookieSession = Pick<LoadedSession, 'id' | 'createdAt' | 'metaText' | 'dataText'>

type Sealed = readonly [version: 1, id: string, createdAt: EpochMs, expiresAt: EpochMs, meta: SessionMeta, data: SessionData]

const FORMAT_VERSION = 1

/** Seals under today's primary key, and binds the value to the purpose of sessions and to the name of the cookie. */
export function createSealedCookie({ keyring, name }: { readonly keyring: LiveKeyring; readonly name: string }): SealedCookie {
  const place: Place = { kind: 'custom', name: 'session-cookie', parts: [name] }
  return {
    seal({ id, createdAt, metaText, dataText }, expiresAt) {
      // Both are JSON already: written once more they would grow by their quotes.
      const text = `[${FORMAT_VERSION},${JSON.stringify(id)},${createdAt},${expiresAt},${metaText},${dataText}]`
      const value = sealText(keyring.current, 'session', text, place)
      const bytes = name.length + 1 + value.length
      if (bytes > MAX_COOKIE_BYTES) throw new SessionTooLargeError(bytes, MAX_COOKIE_BYTES)
      return value
    },
    open(value) {
      const { current } = keyring
      const sealed = parse(openText(current, 'session', value, place))
      if (sealed === undefined) throw new OpenError()
      const [, id, createdAt, expiresAt, meta, data] = sealed
      const keyId = inspectSealed(value)?.keyId ?? ''
      return {
        id,
        key: toStoreKey(id),
        data,
        dataText: JSON.stringify(data),
        meta,
        metaText: JSON.stringify(meta),
        version: 1,
        createdAt,
        expiresAt,
        keyId,
        stale: isOnItsWayOut(current, keyId),
      }
    },
  }
}

/** What was sealed is our own, so its version tells its form. The error of a parser would quote it. */
function parse(text: string): Sealed | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value[0] === FORMAT_VERSION ? (value as unknown as Sealed) : undefined
  } catch {
    return undefined
  }
}

/** A key that is pending here seals already elsewhere: going back to the older one would only be undone there. */
function isOnItsWayOut(keyring: Keyring, keyId: string): boolean {
  return keyId !== keyring.primary('session').id && keyring.find('session', keyId)?.state !== 'pending'
}
