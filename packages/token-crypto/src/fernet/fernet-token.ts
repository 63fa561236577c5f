import { decodePythonBase64 } from './python-base64.ts'

/**
 * `'strict'`: the one spelling that Fernet writes. `'lenient'`: whatever Python's `cryptography` takes, in which one
 * token has many spellings.
 */
export type FernetDecoding = 'strict' | 'lenient'

// 0x80 ‖ seconds 8 ‖ IV 16 ‖ ciphertext, one block or more ‖ HMAC 32
export const FERNET_VERSION = 0x80
export const TIME_AT = 1
export const IV_AT = 9
const CIPHERTEXT_AT = 25
export const MAC_BYTES = 32
export const BLOCK_BYTES = 16

/** Base64url with padding. */
export function encodeFernetToken(bytes: Buffer): string {
  return bytes.toString('base64url') + '=='.slice(0, (3 - (bytes.length % 3)) % 3)
}

/** @returns Bytes of a token that may be authentic; `undefined` for what cannot be one. */
export function decodeFernetToken(token: string, decoding: FernetDecoding): Buffer | undefined {
  if (typeof token !== 'string') return undefined
  // Nearly every token has the one spelling that Fernet writes, and that is decoded ten times as fast.
  const bytes = decodeStrictly(token) ?? (decoding === 'strict' ? undefined : decodePythonBase64(token))
  if (bytes === undefined || bytes[0] !== FERNET_VERSION) return undefined
  const ciphertextBytes = bytes.length - CIPHERTEXT_AT - MAC_BYTES
  return ciphertextBytes >= BLOCK_BYTES && ciphertextBytes % BLOCK_BYTES === 0 ? bytes : undefined
}

/** Another alphabet, missing or surplus padding, and surplus bits all come out differently when written again. */
function decodeStrictly(token: string): Buffer | undefined {
  const bytes = Buffer.from(token, 'base64url')
  return encodeFernetToken(bytes) === token ? bytes : undefined
}

/** Seconds since 1970; beyond 2^53 they lose digits. */
export function readFernetTime(bytes: Buffer): number {
  return bytes.readUInt32BE(TIME_AT) * 2 ** 32 + bytes.readUInt32BE(TIME_AT + 4)
}
