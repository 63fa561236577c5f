import { jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions, type JWTVerifyResult } from 'jose'
import { OpenError, UnknownKeyError } from '../errors.ts'
import type { KeyId } from '../keyring/key-id.ts'
import type { Keyring } from '../keyring/keyring.ts'
import { toJwtKey, toLegacyJwtKey } from './jwt-key.ts'
import { type JwtVerifierOptions, resolveJwtVerifierOptions } from './verify-jwt-options.ts'

/** Claims of a token that was verified. Times are seconds since 1970. */
export interface JwtClaims {
  readonly iss?: string
  readonly aud?: string | string[]
  readonly exp: number
  readonly sub?: string
  readonly jti?: string
  readonly nbf?: number
  readonly iat?: number
  readonly [claim: string]: unknown
}

export interface VerifiedJwt {
  readonly claims: JwtClaims
  /** Key that signed it; `undefined` for a legacy secret. */
  readonly keyId: KeyId | undefined
  /** Signed by a key that is on its way out: issue a new one when you can. */
  readonly renew: boolean
}

export interface JwtVerifier {
  /**
   * @throws {OpenError} KEYTURN_CANNOT_OPEN: no token, too long, changed, expired, or meant for someone else.
   * @throws {UnknownKeyError} KEYTURN_UNKNOWN_KEY: its `kid` is unknown, also after a refresh of the keyring.
   */
  verify(token: string): Promise<VerifiedJwt>
}

const OWN_KEY_ID = /^[0-9a-f]{16}$/
/** 32 bytes have one spelling: jose also takes padding and surplus bits, and one token would have many texts. */
const SIGNATURE = /^\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/
const SIGNATURE_LENGTH = 44
/** Thrown within a verification to leave it: the token names no key of a keyring. */
const NOT_OURS = new Error('The token names no key of a keyring.')

/**
 * Verifies tokens: HS256 only, by the key that `kid` names, with `iss`, `aud`, `typ` and `exp` required.
 * A token without a `kid` of ours is tried with the legacy secrets whose date has not passed, of 32 bytes or more.
 *
 * @throws {TypeError} Names every option that is wrong.
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
export function createJwtVerifier(options: JwtVerifierOptions): JwtVerifier {
  const { live, expected, legacyExpected, maxLength, clock } = resolveJwtVerifierOptions(options)

  const keyOf: JWTVerifyGetKey = ({ kid }) => toJwtKey(findKey(live.current, kid))
  const now = (expectations: JWTVerifyOptions): JWTVerifyOptions => ({
    ...expectations,
    currentDate: new Date(clock.now()),
  })

  async function verifyOwn(token: string): Promise<VerifiedJwt> {
    const verified = await jwtVerify(token, keyOf, now(expected))
    const keyId = verified.protectedHeader.kid as KeyId
    return { claims: claimsOf(verified), keyId, renew: isOnItsWayOut(live.current, keyId) }
  }

  /** Off the way of good tokens: what else a token that failed may be. */
  async function verifyOtherwise(token: string, error: unknown): Promise<VerifiedJwt> {
    if (error === NOT_OURS) return verifyLegacy(token, live.current, now(legacyExpected))
    if (!(error instanceof UnknownKeyError)) throw new OpenError()
    if (!(await live.refreshForUnknownKey())) throw error
    return verifyOwn(token).catch((again: unknown) => {
      throw again instanceof UnknownKeyError ? again : new OpenError()
    })
  }

  return Object.freeze({
    async verify(token: string) {
      if (typeof token !== 'string' || token.length > maxLength) throw new OpenError()
      if (!SIGNATURE.test(token.slice(-SIGNATURE_LENGTH))) throw new OpenError()
      try {
        return await verifyOwn(token)
      } catch (error) {
        return verifyOtherwise(token, error)
      }
    },
  })
}

function findKey(keyring: Keyring, kid: unknown) {
  if (typeof kid !== 'string' || !OWN_KEY_ID.test(kid)) throw NOT_OURS
  const found = keyring.find('jwt', kid)
  if (found === undefined) throw new UnknownKeyError(kid)
  return found.key
}

/** A key that is pending here signs already elsewhere: issuing anew with the older one would only be undone there. */
function isOnItsWayOut(keyring: Keyring, keyId: KeyId): boolean {
  return keyId !== keyring.primary('jwt').id && keyring.find('jwt', keyId)?.state !== 'pending'
}

async function verifyLegacy(token: string, keyring: Keyring, expected: JWTVerifyOptions): Promise<VerifiedJwt> {
  for (const legacy of keyring.acceptedLegacySecrets()) {
    const key = toLegacyJwtKey(legacy)
    const verified = key && (await jwtVerify(token, key, expected).catch(() => undefined))
    if (verified) return { claims: claimsOf(verified), keyId: undefined, renew: true }
  }
  throw new OpenError()
}

/** `exp` is required by the options, so it is there. */
function claimsOf({ payload }: JWTVerifyResult): JwtClaims {
  return payload as JwtClaims
}
