import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'

export const TAG_BYTES = 16

// Fixed and checked: GCM would else take a tag of 4 bytes.
const TAG_LENGTH = Object.freeze({ authTagLength: TAG_BYTES })

/** One message of either direction. */
export interface GcmInput {
  /** 32 bytes. */
  readonly key: KeyObject
  /** 12 bytes, never used twice under one key. */
  readonly iv: Uint8Array
  /** Associated data: authenticated, not encrypted. */
  readonly aad: Uint8Array
  /** Plain bytes to encrypt, ciphertext to decrypt. */
  readonly data: Uint8Array
}

/** @returns Ciphertext, as long as `data`, and the 16-byte tag. */
export function encryptGcm({ key, iv, aad, data }: GcmInput): { ciphertext: Buffer; tag: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', key, iv, TAG_LENGTH)
  cipher.setAAD(aad)
  const ciphertext = cipher.update(data)
  cipher.final()
  return { ciphertext, tag: cipher.getAuthTag() }
}

/**
 * @param tag - Exactly 16 bytes.
 * @returns The plain bytes; `undefined` when the tag does not belong to the rest.
 */
export function decryptGcm({ key, iv, aad, data, tag }: GcmInput & { readonly tag: Uint8Array }): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, TAG_LENGTH)
  decipher.setAAD(aad)
  decipher.setAuthTag(tag)
  const plain = decipher.update(data)
  try {
    decipher.final()
  } catch {
    plain.fill(0)
    return undefined
  }
  return plain
}
