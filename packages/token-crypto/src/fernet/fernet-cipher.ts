import { createCipheriv, createDecipheriv, createHmac, randomFillSync, timingSafeEqual } from 'node:crypto'
import type { FernetKeyPair } from './fernet-key.ts'
import { BLOCK_BYTES, CIPHERTEXT_AT, FERNET_VERSION, IV_AT, MAC_BYTES, TIME_AT } from './fernet-token.ts'

const POOLED_IVS = 256
let ivPool = Buffer.alloc(0)
let ivUsed = 0

/** 16 random bytes, never handed out twice. */
function nextIv(): Buffer {
  if (ivUsed === ivPool.length) {
    ivPool = randomFillSync(Buffer.alloc(POOLED_IVS * BLOCK_BYTES))
    ivUsed = 0
  }
  const iv = ivPool.subarray(ivUsed, ivUsed + BLOCK_BYTES)
  ivUsed += BLOCK_BYTES
  return iv
}

/**
 * Encrypts and signs.
 *
 * @param time - The 8 bytes of the timestamp, so that rotating keeps them as they are.
 * @param iv - Given only by tests with known tokens.
 */
export function sealFernet(keys: FernetKeyPair, plain: Uint8Array, time: Uint8Array, iv: Uint8Array = nextIv()): Buffer {
  // Padding by hand lets one call of the cipher do the work of two.
  const pad = BLOCK_BYTES - (plain.length % BLOCK_BYTES)
  const padded = Buffer.alloc(plain.length + pad, pad)
  padded.set(plain)
  const ciphertext = createCipheriv('aes-128-cbc', keys.encryption, iv).setAutoPadding(false).update(padded)
  padded.fill(0)
  const macAt = CIPHERTEXT_AT + ciphertext.length
  const bytes = Buffer.allocUnsafe(macAt + MAC_BYTES)
  bytes[0] = FERNET_VERSION
  bytes.set(time, TIME_AT)
  bytes.set(iv, IV_AT)
  bytes.set(ciphertext, CIPHERTEXT_AT)
  bytes.set(sign(keys, bytes.subarray(0, macAt)), macAt)
  return bytes
}

/** Whether the token was signed with these keys. */
export function isFernetAuthentic(keys: FernetKeyPair, bytes: Buffer): boolean {
  const macAt = bytes.length - MAC_BYTES
  return timingSafeEqual(sign(keys, bytes.subarray(0, macAt)), bytes.subarray(macAt))
}

/** Decrypts a token whose signature was checked; `undefined` when its padding is wrong. */
export function decryptFernet(keys: FernetKeyPair, bytes: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-128-cbc', keys.encryption, bytes.subarray(IV_AT, CIPHERTEXT_AT))
  const padded = decipher.setAutoPadding(false).update(bytes.subarray(CIPHERTEXT_AT, bytes.length - MAC_BYTES))
  const pad = padded[padded.length - 1] as number
  if (pad === 0 || pad > BLOCK_BYTES) return undefined
  const end = padded.length - pad
  for (let i = end; i < padded.length; i++) if (padded[i] !== pad) return undefined
  return padded.subarray(0, end)
}

function sign(keys: FernetKeyPair, bytes: Uint8Array): Buffer {
  return createHmac('sha256', keys.signing).update(bytes).digest()
}
