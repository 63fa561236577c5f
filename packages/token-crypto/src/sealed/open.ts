import { OpenError, UnknownKeyError } from '../errors.ts'
import type { Purpose } from '../keyring/derive-key.ts'
import type { Keyring } from '../keyring/keyring.ts'
import { decryptGcm, TAG_BYTES } from './aes-256-gcm.ts'
import { messageKeysOf } from './message-keys.ts'
import type { Place } from './place.ts'
import { CIPHERTEXT_AT, encodeAssociatedData, GCM_NONCE_AT, NONCE_AT, readHeader, viewBuffer } from './sealed-format.ts'
import { deriveMessageKey } from './xaes-256-gcm.ts'

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
  const aad = encodeAssociatedData(sealed, purpose, place)

  const bytes = viewBuffer(sealed)
  const nonce = bytes.subarray(NONCE_AT, CIPHERTEXT_AT)
  const messageKeys = messageKeysOf(found.key)
  const recalled = messageKeys.recall(nonce)
  const key = recalled ?? deriveMessageKey(found.key, nonce)
  const tagAt = bytes.length - TAG_BYTES
  const plain = decryptGcm({
    key,
    iv: bytes.subarray(GCM_NONCE_AT, CIPHERTEXT_AT),
    aad,
    data: bytes.subarray(CIPHERTEXT_AT, tagAt),
    tag: bytes.subarray(tagAt),
  })
  if (plain === undefined) throw new OpenError()
  if (recalled === undefined) messageKeys.remember(nonce, key)
  return plain
}
