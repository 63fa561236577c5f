import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import {
  type Clock,
  constantTimeEqual,
  type CookieSigner,
  type EpochMs,
  Secret,
  type UnsignResult,
} from '@keyturn/token-crypto'
import type { Problem } from '../option-rules.ts'
import type { LegacyPhase } from './legacy-phase.ts'

/** How the old application signs its cookies. */
export interface LegacyCookieOptions {
  /** `'express-session'`, also of Flowise: `s:id.signature`. `'fastify-session'`: `id.signature`. */
  readonly format: 'express-session' | 'fastify-session'
  /** Raw secrets of the old application, the one that it signs with first. Also a known default such as `flowise`. */
  readonly secrets: readonly [Secret, ...Secret[]]
  /** Until when cookies under these secrets are taken, epoch milliseconds. */
  readonly acceptUntil: EpochMs
}

interface SignerContext {
  readonly signer: CookieSigner
  readonly phase: () => LegacyPhase
  readonly clock: Clock
}

const EXPRESS_PREFIX = 's:'
const MAX_LENGTH = 4096
const REFUSED: UnsignResult = Object.freeze({ valid: false, renew: false, value: null })

/**
 * Takes cookies of the old application until their date. In phase `reversible` it also signs as the old application
 * does, so that a cookie that was issued today still is one after going back; afterwards each is issued anew.
 */
export function createLegacySigner(cookies: LegacyCookieOptions, { signer, phase, clock }: SignerContext): CookieSigner {
  const prefix = cookies.format === 'express-session' ? EXPRESS_PREFIX : ''
  const keys = cookies.secrets.map(toKey)
  const [signing] = keys
  const isAccepted = (): boolean => clock.now() < cookies.acceptUntil
  const asBefore = (): boolean => signsAsBefore(cookies, { phase, clock })

  function signLegacy(value: string): string {
    return `${prefix}${value}.${signatureOf(signing as KeyObject, value)}`
  }

  /** Both signers are asked for the bare `id.signature`; whether it is renewed depends on what would be written now. */
  function unsign(signed: string): UnsignResult {
    if (typeof signed !== 'string' || signed.length > MAX_LENGTH) return REFUSED
    const bare = signed.startsWith(EXPRESS_PREFIX) ? signed.slice(EXPRESS_PREFIX.length) : signed
    const current = signer.unsign(bare)
    if (asBefore()) {
      const value = current.valid ? current.value : unsignLegacy(bare)
      if (value === null) return REFUSED
      return { valid: true, renew: !isSame(signed, signLegacy(value)), value }
    }
    if (current.valid) return bare === signed ? current : { ...current, renew: true }
    const value = isAccepted() && phase() !== 'done' ? unsignLegacy(bare) : null
    return value === null ? REFUSED : { valid: true, renew: true, value }
  }

  function unsignLegacy(bare: string): string | null {
    const dot = bare.lastIndexOf('.')
    if (dot <= 0) return null
    const value = bare.slice(0, dot)
    const given = bare.slice(dot + 1)
    return keys.some((key) => isSame(signatureOf(key, value), given)) ? value : null
  }

  return { sign: (value) => (asBefore() ? signLegacy(value) : signer.sign(value)), unsign }
}

/** A cookie of the old application is written only while it is accepted too. */
export function signsAsBefore({ acceptUntil }: LegacyCookieOptions, { phase, clock }: Omit<SignerContext, 'signer'>): boolean {
  return phase() === 'reversible' && clock.now() < acceptUntil
}

function toKey(secret: Secret): KeyObject {
  const bytes = secret.expose()
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

/** Base64 without padding, as the package cookie-signature writes it. */
function signatureOf(key: KeyObject, value: string): string {
  return createHmac('sha256', key).update(value).digest('base64').replace(/=+$/, '')
}

function isSame(a: string, b: string): boolean {
  return constantTimeEqual(Buffer.from(a), Buffer.from(b))
}

export function problemsOfCookies(cookies: LegacyCookieOptions | undefined): Problem[] {
  const { format, secrets, acceptUntil } = cookies ?? ({} as Partial<LegacyCookieOptions>)
  const wellFormed = Array.isArray(secrets) && secrets.length > 0 && secrets.every((secret) => secret instanceof Secret)
  return [
    format === 'express-session' || format === 'fastify-session' ? undefined : "cookies.format is 'express-session' or 'fastify-session'",
    wellFormed ? undefined : 'cookies.secrets are Secrets, at least one: use Secret.fromText',
    Number.isFinite(acceptUntil) ? undefined : 'cookies.acceptUntil is a date in epoch milliseconds',
  ]
}
