import type { JWTVerifyOptions } from 'jose'
import { type Clock, systemClock } from '../clock.ts'
import type { LiveKeyring } from '../keyring/live-keyring.ts'
import { JWT_ALGORITHM } from './jwt-key.ts'
import { isAudience, isName } from './jwt-names.ts'

/** What a token must claim. */
export interface JwtExpectations {
  /** Claim `iss`. */
  readonly issuer?: string
  /** Claim `aud`: one of these. */
  readonly audience?: string | readonly string[]
  /** Header `typ`. */
  readonly type?: string
}

export interface JwtVerifierOptions extends JwtExpectations {
  readonly keyring: LiveKeyring
  readonly issuer: string
  readonly audience: string | readonly string[]
  /** Default `'JWT'`. */
  readonly type?: string
  /** How far clocks may differ, milliseconds. Default 5000. */
  readonly clockToleranceMs?: number
  /** Longest token in characters; a longer one is refused unread. Default 8192. */
  readonly maxLength?: number
  /**
   * What a token signed by a raw legacy secret must claim, in place of `issuer`, `audience` and `type`; `exp` always.
   * Default: the same as any other token.
   */
  readonly legacy?: JwtExpectations
  readonly clock?: Clock
}

/** Checked, with defaults, and in the form that jose takes. */
export interface ResolvedJwtVerifierOptions {
  readonly live: LiveKeyring
  readonly expected: JWTVerifyOptions
  readonly legacyExpected: JWTVerifyOptions
  readonly maxLength: number
  readonly clock: Clock
}

/** @throws {TypeError} Names every option that is wrong. */
export function resolveJwtVerifierOptions(options: JwtVerifierOptions): ResolvedJwtVerifierOptions {
  const { keyring: live, issuer, audience } = options
  const type = options.type ?? 'JWT'
  const legacy = options.legacy ?? { issuer, audience, type }
  const clockToleranceMs = options.clockToleranceMs ?? 5000
  const maxLength = options.maxLength ?? 8192
  const problems = [
    isName(issuer) ? undefined : 'issuer is a string that is not empty',
    isAudience(audience) ? undefined : 'audience is a string, or several, that are not empty',
    isName(type) ? undefined : 'type is a string that is not empty',
    legacy.issuer === undefined || isName(legacy.issuer) ? undefined : 'legacy.issuer is a string that is not empty',
    legacy.audience === undefined || isAudience(legacy.audience) ? undefined : 'legacy.audience is a string, or several',
    legacy.type === undefined || isName(legacy.type) ? undefined : 'legacy.type is a string that is not empty',
    Number.isFinite(clockToleranceMs) && clockToleranceMs >= 0 ? undefined : 'clockToleranceMs is 0 or more',
    Number.isInteger(maxLength) && maxLength > 0 ? undefined : 'maxLength is a whole number over 0',
  ].filter((problem) => problem !== undefined)
  if (problems.length > 0) throw new TypeError(`createJwtVerifier: ${problems.join('; ')}.`)
  const clockTolerance = clockToleranceMs / 1000
  return Object.freeze({
    live,
    expected: toJoseOptions({ issuer, audience, type }, clockTolerance),
    legacyExpected: toJoseOptions(legacy, clockTolerance),
    maxLength,
    clock: options.clock ?? systemClock,
  })
}

function toJoseOptions({ issuer, audience, type }: JwtExpectations, clockTolerance: number): JWTVerifyOptions {
  return {
    algorithms: [JWT_ALGORITHM],
    requiredClaims: ['exp'],
    clockTolerance,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience: typeof audience === 'string' ? audience : [...audience] }),
    ...(type === undefined ? {} : { typ: type }),
  }
}
