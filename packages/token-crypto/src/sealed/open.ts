import { OpenError, UnknownKeyError } from '../errors.ts'
import type { Purpose } from '../keyring/derive-key.ts'
import type { Keyring } from '../keyring/keyring.ts'
import { TAG_BYTES } from './aes-256-gcm.ts'
import type { Place } from './place.ts'
import { CIPHERTEXT_AT, encodeAssociatedData, NONCE_AT, readHeader } from './sealed-format.ts'
import { decryptXaes } from './xaes-256-gcm.ts'

/**
 * Decrypts what `seal` made for the same purpose and place, with the key that it names.
 *
 * @returns The plain bytes, in memory of their own.
 * @throws {OpenError} KEYTURN_CANNOT_OPEN: changed, cut, of another purpose or place, or made with another key.
 * @throws {UnknownKeyError} KEYTURN_UNKNOWN_KEY: the keyring does not hold its key.
 * @throws {TypeError} The place lacks a part.
 */
export function open(keyring: Keyring, purpose: Purpose, sealed: Uint8Array, place: Place): Buffer {
  const header = readHeader(sealed)
  if (header === undefined) throw new OpenError()
  const found = keyring.find(purpose, header.keyId)
  if (found === undefined) throw new UnknownKeyError(header.keyId)
  const tagAt = sealed.length - TAG_BYTES
  const plain = decryptXaes({
    key: found.key,
    nonce: sealed.subarray(NONCE_AT, CIPHERTEXT_AT),
    aad: encodeAssociatedData(sealed, purpose, place),
    data: sealed.subarray(CIPHERTEXT_AT, tagAt),
    tag: sealed.subarray(tagAt),
  })
  if (plain === undefined) throw new OpenError()
  return plain
}
