import { isUtf8 } from 'node:buffer'
import { OpenError } from '../errors.ts'
import type { Purpose } from '../keyring/derive-key.ts'
import type { Keyring } from '../keyring/keyring.ts'
import { open } from './open.ts'
import type { Place } from './place.ts'
import { seal } from './seal.ts'

/** Stands before the base64url of a sealed value that is text, and tells it from other tokens. */
const TEXT_PREFIX = 'kt1.'

/**
 * Seals text for a text column, a URL or JSON.
 *
 * @returns `kt1.` and base64url without padding: 70 characters more than the 4/3 of the text's UTF-8 bytes.
 * @throws {TypeError} `text` is not a string, or holds half a character; the place lacks a part.
 */
export function sealText(keyring: Keyring, purpose: Purpose, text: string, place: Place): string {
  if (typeof text !== 'string' || !text.isWellFormed()) throw new TypeError('sealText takes a well-formed string.')
  return encodeSealedText(seal(keyring, purpose, Buffer.from(text, 'utf8'), place))
}

/**
 * Opens what `sealText` made.
 *
 * @throws {OpenError} KEYTURN_CANNOT_OPEN
 * @throws {UnknownKeyError} KEYTURN_UNKNOWN_KEY
 */
export function openText(keyring: Keyring, purpose: Purpose, sealed: string, place: Place): string {
  const bytes = decodeSealedText(sealed)
  if (bytes === undefined) throw new OpenError()
  const plain = open(keyring, purpose, bytes, place)
  if (!isUtf8(plain)) throw new OpenError()
  return plain.toString('utf8')
}

export function encodeSealedText(sealed: Buffer): string {
  return TEXT_PREFIX + sealed.toString('base64url')
}

/** @returns `undefined` unless it is the one spelling that `encodeSealedText` gives. */
export function decodeSealedText(text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || !text.startsWith(TEXT_PREFIX)) return undefined
  const bytes = Buffer.from(text.slice(TEXT_PREFIX.length), 'base64url')
  return encodeSealedText(bytes) === text ? bytes : undefined
}
