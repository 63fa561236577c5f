import { KEY_ID_BYTES, type KeyId } from '../keyring/key-id.ts'
import type { Purpose } from '../keyring/derive-key.ts'
import { XAES_NONCE_BYTES, XAES_TAG_BYTES } from './xaes-256-gcm.ts'
import { encodePlace, type Place } from './place.ts'

// version 1 ‖ key id 8 ‖ nonce 24 ‖ ciphertext ‖ tag 16
export const SEALED_VERSION = 1
export const KEY_ID_AT = 1
export const NONCE_AT: number = KEY_ID_AT + KEY_ID_BYTES
export const CIPHERTEXT_AT: number = NONCE_AT + XAES_NONCE_BYTES

/** How many bytes a sealed value is longer than what it holds. */
export const SEALED_OVERHEAD_BYTES: number = CIPHERTEXT_AT + XAES_TAG_BYTES

/** What can be told of a sealed value without opening it. */
export interface SealedInfo {
  readonly version: number
  readonly keyId: KeyId
}

/**
 * Reads version and key id of a sealed value; neither is proof that it opens.
 *
 * @returns `undefined` when it has no known form.
 */
export function inspectSealed(sealed: Uint8Array): SealedInfo | undefined {
  if (!(sealed instanceof Uint8Array)) return undefined
  if (sealed.length < SEALED_OVERHEAD_BYTES || sealed[0] !== SEALED_VERSION) return undefined
  return { version: SEALED_VERSION, keyId: viewBuffer(sealed).toString('hex', KEY_ID_AT, NONCE_AT) }
}

/** Associated data: version, key id, purpose and place. Anything else than these and it does not open. */
export function encodeAssociatedData(purpose: Purpose, header: Uint8Array, place: Place): Buffer {
  const where = encodePlace(place)
  const aad = Buffer.allocUnsafe(NONCE_AT + 1 + purpose.length + where.length)
  aad.set(header.subarray(0, NONCE_AT), 0)
  const at = aad.writeUInt8(purpose.length, NONCE_AT)
  aad.write(purpose, at, 'latin1')
  aad.set(where, at + purpose.length)
  return aad
}

/** The same memory as a Buffer. */
export function viewBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
