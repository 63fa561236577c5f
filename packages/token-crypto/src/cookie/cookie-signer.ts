import { createSecretKey, type KeyObject } from 'node:crypto'
import type { KeyId } from '../keyring/key-id.ts'
import type { Keyring, LegacySecret } from '../keyring/keyring.ts'
import type { LiveKeyring } from '../keyring/live-keyring.ts'
import type { PurposeKey } from '../keyring/purpose-keys.ts'
import { createSignature, isSameSignature, SIGNATURE_LENGTH } from './cookie-signature.ts'
import { createRecentMap } from '../recent/recent-map.ts'

/** What `unsign` found, in the shape that @fastify/cookie and @fastify/session expect. */
export interface UnsignResult {
  readonly valid: boolean
  /** Signed by a key that is on its way out: sign it again. */
  readonly renew: boolean
  readonly value: string | null
}

/** Synchronous: an asynchronous signer fails open in @fastify/session. */
export interface CookieSigner {
  /** @throws {TypeError} `value` is not a string, or longer than `maxLength` allows. */
  sign(value: string): string
  /** Never throws: what is not a signed string of acceptable length is not valid. */
  unsign(signed: string): UnsignResult
}

export interface CookieSignerOptions {
  /**
   * `'fastify-session'`: `value.signature`, the default. `'express-session'`: `s:value.signature`.
   * Both are what comes out of the cookie parser, already decoded.
   */
  readonly format?: 'fastify-session' | 'express-session'
  /** Longest signed value in characters; anything longer is refused without hashing it. Default 4096. */
  readonly maxLength?: number
  /** Signatures of the primary key that came back to remember, so that an id is not hashed again. 0 turns it off. Default 4096. */
  readonly remember?: number
}

const INVALID: UnsignResult = Object.freeze({ valid: false, renew: false, value: null })
const PREFIXES = Object.freeze({ 'fastify-session': '', 'express-session': 's:' })

/**
 * Signs cookies with the primary key of the moment and accepts every key of the keyring, then its legacy secrets.
 *
 * @throws {TypeError} An option is out of range.
 * @see https://github.com/fastify/fastify-cookie#custom-cookie-signer
 */
export function createCookieSigner(live: LiveKeyring, options: CookieSignerOptions = {}): CookieSigner {
  const { prefix, maxLength, remember } = resolveOptions(options)
  const memory = createRecentMap<string>(remember)
  const legacyKeys = new WeakMap<LegacySecret, KeyObject>()
  let remembered: KeyId | undefined

  /** The memory holds what one key signed; another primary starts with an empty one. */
  function primaryOf(keyring: Keyring): PurposeKey {
    const primary = keyring.primary('cookie')
    if (primary.id !== remembered) {
      memory.clear()
      remembered = primary.id
    }
    return primary
  }

  function unsignByAnother(keyring: Keyring, value: string, signature: string): UnsignResult {
    const matches = (key: KeyObject): boolean => isSameSignature(createSignature(key, value), signature)
    const [, ...others] = keyring.accepted('cookie')
    const other = others.find(({ key }) => matches(key))
    // A pending key signs already elsewhere: signing again with the older one would only be undone there.
    if (other !== undefined) return { valid: true, renew: other.state !== 'pending', value }
    const legacy = keyring.acceptedLegacySecrets().some((secret) => matches(legacyKey(secret)))
    return legacy ? { valid: true, renew: true, value } : INVALID
  }

  function legacyKey(legacy: LegacySecret): KeyObject {
    const known = legacyKeys.get(legacy)
    if (known !== undefined) return known
    const bytes = legacy.secret.expose()
    const key = createSecretKey(bytes)
    bytes.fill(0)
    legacyKeys.set(legacy, key)
    return key
  }

  return {
    sign(value) {
      if (typeof value !== 'string') throw new TypeError('A cookie value is a string.')
      if (prefix.length + value.length + 1 + SIGNATURE_LENGTH > maxLength) {
        throw new TypeError(`A signed cookie value is at most ${maxLength} characters long.`)
      }
      // Remembered when it comes back: many a new id never does.
      const primary = primaryOf(live.current)
      return `${prefix}${value}.${memory.get(value) ?? createSignature(primary.key, value)}`
    },
    unsign(signed) {
      if (typeof signed !== 'string' || signed.length > maxLength || !signed.startsWith(prefix)) return INVALID
      const dot = signed.length - SIGNATURE_LENGTH - 1
      if (dot < prefix.length || signed[dot] !== '.') return INVALID
      const value = signed.slice(prefix.length, dot)
      const given = signed.slice(dot + 1)
      const keyring = live.current
      const primary = primaryOf(keyring)
      const known = memory.get(value)
      const expected = known ?? createSignature(primary.key, value)
      if (isSameSignature(expected, given)) {
        if (known === undefined) memory.set(value, expected)
        return { valid: true, renew: false, value }
      }
      return unsignByAnother(keyring, value, given)
    },
  }
}

function resolveOptions(options: CookieSignerOptions): { prefix: string; maxLength: number; remember: number } {
  const format = options.format ?? 'fastify-session'
  const maxLength = options.maxLength ?? 4096
  const remember = options.remember ?? 4096
  const problems = [
    Object.hasOwn(PREFIXES, format) ? undefined : "format is 'fastify-session' or 'express-session'",
    Number.isInteger(maxLength) && maxLength > SIGNATURE_LENGTH ? undefined : 'maxLength is a whole number over 43',
    Number.isInteger(remember) && remember >= 0 ? undefined : 'remember is a whole number, 0 or more',
  ].filter((problem) => problem !== undefined)
  if (problems.length > 0) throw new TypeError(`createCookieSigner: ${problems.join('; ')}.`)
  return { prefix: PREFIXES[format], maxLength, remember }
}
