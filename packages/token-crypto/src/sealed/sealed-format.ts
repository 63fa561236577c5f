import { KEY_ID_BYTES, type KeyId } from '../keyring/key-id.ts'
import type { Purpose } from '../keyring/derive-key.ts'
import { TAG_BYTES } from './aes-256-gcm.ts'
import { type Place, placeParts } from './place.ts'
import { HALF_NONCE, XAES_NONCE_BYTES } from './xaes-256-gcm.ts'

// version 1 ‖ key id 8 ‖ nonce 24 ‖ ciphertext ‖ tag 16
export const SEALED_VERSION = 1
export const KEY_ID_AT = 1
export const NONCE_AT: number = KEY_ID_AT + KEY_ID_BYTES
export const GCM_NONCE_AT: number = NONCE_AT + HALF_NONCE
export const CIPHERTEXT_AT: number = NONCE_AT + XAES_NONCE_BYTES

/** Long enough for most places. */
const scratch = Buffer.alloc(512)

/** How many bytes a sealed value is longer than what it holds. */
export const SEALED_OVERHEAD_BYTES: number = CIPHERTEXT_AT + TAG_BYTES

/** Version and key id; `undefined` for what has no known form. */
export function readHeader(sealed: Uint8Array): { version: number; keyId: KeyId } | undefined {
  if (!(sealed instanceof Uint8Array)) return undefined
  if (sealed.length < SEALED_OVERHEAD_BYTES || sealed[0] !== SEALED_VERSION) return undefined
  return { version: SEALED_VERSION, keyId: viewBuffer(sealed).toString('hex', KEY_ID_AT, NONCE_AT) }
}

/**
 * Associated data: version, key id, purpose and place. Anything else than these, and it does not open.
 *
 * Each part is preceded by its length, so no two places have the same bytes.
 *
 * @returns Bytes in memory that the next call may use again.
 * @param sealed - Its first bytes are version and key id.
 */
export function encodeAssociatedData(sealed: Uint8Array, purpose: Purpose, place: Place): Buffer {
  const parts = placeParts(place)
  let size = NONCE_AT + 1 + purpose.length + 1 + place.kind.length
  for (const part of parts) size += 4 + part.length
  const aad = size <= scratch.length ? scratch.subarray(0, size) : Buffer.allocUnsafe(size)
  for (let i = 0; i < NONCE_AT; i++) aad[i] = sealed[i] as number
  let at = writeName(aad, purpose, NONCE_AT)
  at = writeName(aad, place.kind, at)
  for (const part of parts) {
    at = aad.writeUInt32BE(part.length, at)
    aad.set(part, at)
    at += part.length
  }
  return aad
}

function writeName(target: Buffer, name: string, at: number): number {
  target[at] = name.length
  return at + 1 + target.write(name, at + 1, 'latin1')
}

/** The same memory as a Buffer. */
export function viewBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
