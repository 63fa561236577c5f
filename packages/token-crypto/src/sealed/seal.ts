import type { Purpose } from '../keyring/derive-key.ts'
import type { Keyring } from '../keyring/keyring.ts'
import { encryptGcm } from './aes-256-gcm.ts'
import { messageKeysOf } from './message-keys.ts'
import type { Place } from './place.ts'
import {
  CIPHERTEXT_AT,
  encodeAssociatedData,
  GCM_NONCE_AT,
  KEY_ID_AT,
  NONCE_AT,
  SEALED_OVERHEAD_BYTES,
  SEALED_VERSION,
} from './sealed-format.ts'

/**
 * Encrypts under the primary key and binds the result to its purpose and place.
 *
 * @param plain - Any bytes, also none.
 * @param place - Where the result will rest; the same must be given to open it.
 * @returns `SEALED_OVERHEAD_BYTES` (49) more than `plain`.
 * @throws {TypeError} The place lacks a part.
 */
export function seal(keyring: Keyring, purpose: Purpose, plain: Uint8Array, place: Place): Buffer {
  if (!(plain instanceof Uint8Array)) throw new TypeError('seal takes bytes: a Uint8Array or a Buffer.')
  const primary = keyring.primary(purpose)
  const sealed = Buffer.allocUnsafe(SEALED_OVERHEAD_BYTES + plain.length)
  sealed[0] = SEALED_VERSION
  sealed.set(primary.idBytes, KEY_ID_AT)
  const key = messageKeysOf(primary.key).next(sealed, NONCE_AT)
  const { ciphertext, tag } = encryptGcm({
    key,
    iv: sealed.subarray(GCM_NONCE_AT, CIPHERTEXT_AT),
    aad: encodeAssociatedData(sealed, purpose, place),
    data: plain,
  })
  sealed.set(ciphertext, CIPHERTEXT_AT)
  sealed.set(tag, CIPHERTEXT_AT + ciphertext.length)
  return sealed
}
