import { CompactSign } from 'jose'
import { type Clock, systemClock } from '../clock.ts'
import { type JsonValue, stringifyJson } from '../json/json-value.ts'
import type { LiveKeyring } from '../keyring/live-keyring.ts'
import { JWT_ALGORITHM, toJwtKey } from './jwt-key.ts'
import { isAudience, isName } from './jwt-names.ts'

export interface JwtSignerOptions {
  readonly keyring: LiveKeyring
  /** Claim `iss`: who signs, such as `https://api.example.com`. */
  readonly issuer: string
  /** Claim `aud`: who is meant to take the token. */
  readonly audience: string | readonly string[]
  /** Header `typ`. Default `'JWT'`. Give each kind of token its own, such as `'access+jwt'`. */
  readonly type?: string
  /** Milliseconds until `exp`. Default 900000: 15 minutes. */
  readonly lifetimeMs?: number
  readonly clock?: Clock
}

/** Claims beside those that the signer sets. Times are seconds since 1970, as RFC 7519 has it. */
export interface JwtSignClaims {
  /** Subject, such as the user id. */
  readonly sub?: string
  readonly jti?: string
  /** Not before. */
  readonly nbf?: number
  readonly [claim: string]: JsonValue | undefined
}

export interface JwtSigner {
  /**
   * @param options - `lifetimeMs` for this token alone.
   * @throws {TypeError} A claim that the signer sets itself (`iss`, `aud`, `iat`, `exp`), or one of the wrong type.
   */
  sign(claims?: JwtSignClaims, options?: { readonly lifetimeMs?: number }): Promise<string>
}

const DEFAULT_LIFETIME_MS = 15 * 60_000
const OWN_CLAIMS = ['iss', 'aud', 'iat', 'exp']

/**
 * Signs tokens with HS256 under the primary key of the moment, whose id goes into `kid`.
 *
 * @throws {TypeError} Names every option that is wrong.
 * @see https://www.rfc-editor.org/rfc/rfc7519
 */
export function createJwtSigner(options: JwtSignerOptions): JwtSigner {
  const { keyring, issuer, audience, typ, lifetimeMs, clock } = resolveOptions(options)
  return Object.freeze({
    async sign(claims: JwtSignClaims = {}, { lifetimeMs: own = lifetimeMs }: { readonly lifetimeMs?: number } = {}) {
      if (!isLifetime(own)) throw new TypeError(LIFETIME_RULE)
      checkClaims(claims)
      const iat = Math.floor(clock.now() / 1000)
      const payload = { ...claims, iss: issuer, aud: audience, iat, exp: iat + Math.floor(own / 1000) }
      const { id, key } = keyring.current.primary('jwt')
      return new CompactSign(Buffer.from(stringifyJson(payload), 'utf8'))
        .setProtectedHeader({ alg: JWT_ALGORITHM, typ, kid: id })
        .sign(toJwtKey(key))
    },
  })
}

const LIFETIME_RULE = 'lifetimeMs is at least 1000 milliseconds'

function resolveOptions(options: JwtSignerOptions) {
  const { keyring, issuer, audience } = options
  const typ = options.type ?? 'JWT'
  const lifetimeMs = options.lifetimeMs ?? DEFAULT_LIFETIME_MS
  const problems = [
    isName(issuer) ? undefined : 'issuer is a string that is not empty',
    isAudience(audience) ? undefined : 'audience is a string, or several, that are not empty',
    isName(typ) ? undefined : 'type is a string that is not empty',
    isLifetime(lifetimeMs) ? undefined : LIFETIME_RULE,
  ].filter((problem) => problem !== undefined)
  if (problems.length > 0) throw new TypeError(`createJwtSigner: ${problems.join('; ')}.`)
  return { keyring, issuer, audience, typ, lifetimeMs, clock: options.clock ?? systemClock }
}

function isLifetime(value: number): boolean {
  return Number.isFinite(value) && value >= 1000
}

function checkClaims(claims: JwtSignClaims): void {
  for (const name of OWN_CLAIMS) {
    if (Object.hasOwn(claims, name)) throw new TypeError(`The claim ${name} comes from the options of the signer.`)
  }
  for (const name of ['sub', 'jti']) {
    if (claims[name] !== undefined && typeof claims[name] !== 'string') throw new TypeError(`The claim ${name} is a string.`)
  }
  if (claims.nbf !== undefined && !Number.isFinite(claims.nbf)) throw new TypeError('The claim nbf is a number of seconds.')
}
