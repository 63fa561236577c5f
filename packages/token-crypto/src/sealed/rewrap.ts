import { OpenError } from '../errors.ts'
import type { Purpose } from '../keyring/derive-key.ts'
import type { Keyring } from '../keyring/keyring.ts'
import { open } from './open.ts'
import type { Place } from './place.ts'
import { seal } from './seal.ts'
import { decodeSealedText, encodeSealedText } from './sealed-text.ts'

/**
 * Opens under the key that the value names and seals under the primary, for the same purpose and place.
 *
 * @param sealed - Bytes give bytes, the text form gives the text form.
 * @throws {OpenError} KEYTURN_CANNOT_OPEN
 * @throws {UnknownKeyError} KEYTURN_UNKNOWN_KEY
 */
export function rewrap(keyring: Keyring, purpose: Purpose, sealed: string, place: Place): string
export function rewrap(keyring: Keyring, purpose: Purpose, sealed: Uint8Array, place: Place): Buffer
export function rewrap(keyring: Keyring, purpose: Purpose, sealed: string | Uint8Array, place: Place): string | Buffer {
  if (typeof sealed !== 'string') return rewrapBytes(keyring, purpose, sealed, place)
  const bytes = decodeSealedText(sealed)
  if (bytes === undefined) throw new OpenError()
  return encodeSealedText(rewrapBytes(keyring, purpose, bytes, place))
}

function rewrapBytes(keyring: Keyring, purpose: Purpose, sealed: Uint8Array, place: Place): Buffer {
  const plain = open(keyring, purpose, sealed, place)
  const rewrapped = seal(keyring, purpose, plain, place)
  plain.fill(0)
  return rewrapped
}
