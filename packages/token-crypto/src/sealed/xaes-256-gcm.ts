import { type Cipheriv, createCipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { decryptGcm, encryptGcm, type GcmInput } from './aes-256-gcm.ts'

export const XAES_NONCE_BYTES = 24
export const MESSAGE_KEY_BYTES = 32

const BLOCK = 16
/** The first half of a nonce makes the key of the message, the second is its nonce. */
export const HALF_NONCE = 12

/** What is computed once for a key: its block cipher, kept open, and the two derivation blocks but for the nonce. */
interface Derivation {
  readonly blockCipher: Cipheriv
  readonly blocks: Buffer
}

const derivations = new WeakMap<KeyObject, Derivation>()

export interface XaesInput extends Omit<GcmInput, 'iv'> {
  /** 24 bytes, never used twice under one key; random is safe for any number of messages. */
  readonly nonce: Uint8Array
}

/**
 * Encrypts under AES-256-GCM with a key and a nonce of its own, derived from a 24-byte nonce.
 *
 * @returns Ciphertext, as long as `data`, and the 16-byte tag.
 * @see https://c2sp.org/XAES-256-GCM
 */
export function encryptXaes(input: XaesInput): { ciphertext: Buffer; tag: Buffer } {
  return encryptGcm(toGcmInput(input))
}

/** @returns The plain bytes; `undefined` when key, nonce, associated data, ciphertext and tag do not belong together. */
export function decryptXaes(input: XaesInput & { readonly tag: Uint8Array }): Buffer | undefined {
  return decryptGcm({ ...toGcmInput(input), tag: input.tag })
}

function toGcmInput({ key, nonce, aad, data }: XaesInput): GcmInput {
  const messageKey = takeMessageKey(deriveMessageKeys(key, nonce))
  return { key: messageKey, iv: nonce.subarray(HALF_NONCE), aad, data }
}

/**
 * Derives the message keys of several nonces at once: one call of the block cipher costs as much as one key.
 *
 * @param nonces - 24 bytes each, one after the other.
 * @returns 32 bytes each, in the same order.
 */
export function deriveMessageKeys(key: KeyObject, nonces: Uint8Array): Buffer {
  const { blockCipher, blocks } = derivations.get(key) ?? addDerivation(key)
  const count = nonces.length / XAES_NONCE_BYTES
  const input = Buffer.allocUnsafe(count * MESSAGE_KEY_BYTES)
  for (let n = 0; n < count; n++) {
    const to = n * MESSAGE_KEY_BYTES
    const from = n * XAES_NONCE_BYTES
    input.set(blocks, to)
    for (let i = 0; i < HALF_NONCE; i++) {
      const byte = nonces[from + i] as number
      input[to + 4 + i] = (blocks[4 + i] as number) ^ byte
      input[to + 20 + i] = (blocks[20 + i] as number) ^ byte
    }
  }
  const keys = blockCipher.update(input)
  input.fill(0)
  return keys
}

/**
 * Makes a key of its bytes and wipes them.
 *
 * Handing bytes to createCipheriv instead costs 11 µs more in Node 24: it tries them as a KeyObject first and throws.
 */
export function takeMessageKey(bytes: Uint8Array): KeyObject {
  const messageKey = createSecretKey(bytes)
  bytes.fill(0)
  return messageKey
}

function addDerivation(key: KeyObject): Derivation {
  // ECB keeps nothing from block to block: one cipher serves every message of the key.
  const blockCipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  const k1 = doubleBlock(blockCipher.update(Buffer.alloc(BLOCK)))
  const blocks = Buffer.concat([k1, k1])
  xorInto(blocks, [0x00, 0x01, 0x58, 0x00], 0)
  xorInto(blocks, [0x00, 0x02, 0x58, 0x00], BLOCK)
  const derivation = { blockCipher, blocks }
  derivations.set(key, derivation)
  return derivation
}

/** Multiplies by x in GF(2^128): the step that makes the subkey K1 of CMAC. */
function doubleBlock(block: Buffer): Buffer {
  const doubled = Buffer.alloc(BLOCK)
  for (let i = 0; i < BLOCK; i++) {
    doubled[i] = ((block[i] as number) << 1) | ((block[i + 1] ?? 0) >> 7)
  }
  // Without a branch on secret bits.
  doubled[BLOCK - 1] = (doubled[BLOCK - 1] as number) ^ (0x87 & -((block[0] as number) >> 7))
  return doubled
}

function xorInto(target: Buffer, bytes: readonly number[], offset: number): void {
  bytes.forEach((byte, i) => {
    target[offset + i] = (target[offset + i] as number) ^ byte
  })
}
