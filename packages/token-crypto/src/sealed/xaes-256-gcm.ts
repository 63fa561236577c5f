import { type Cipheriv, createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'

export const XAES_NONCE_BYTES = 24
export const XAES_TAG_BYTES = 16

const BLOCK = 16
const HALF_NONCE = 12
// Fixed and checked: GCM would else take a tag of 4 bytes.
const TAG_LENGTH = Object.freeze({ authTagLength: XAES_TAG_BYTES })

/** What is computed once for a key: its block cipher, kept open, and the two derivation blocks without the nonce. */
interface Derivation {
  readonly blockCipher: Cipheriv
  readonly blocks: Buffer
  readonly scratch: Buffer
}

const derivations = new WeakMap<KeyObject, Derivation>()

/**
 * Encrypts under AES-256-GCM with a key and nonce of its own, derived from a 24-byte nonce that may be random
 * for any number of messages.
 *
 * @param key - 32 bytes.
 * @param nonce - 24 bytes, never used twice under one key.
 * @returns Ciphertext, as long as `plain`, and the 16-byte tag.
 * @see https://c2sp.org/XAES-256-GCM
 */
export function encryptXaes(input: XaesInput): { ciphertext: Buffer; tag: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', deriveMessageKey(input.key, input.nonce), halfNonce(input), TAG_LENGTH)
  cipher.setAAD(input.aad)
  const ciphertext = cipher.update(input.data)
  cipher.final()
  return { ciphertext, tag: cipher.getAuthTag() }
}

/**
 * Decrypts what `encryptXaes` made.
 *
 * @param tag - Exactly 16 bytes.
 * @returns The plain bytes; `undefined` when key, nonce, associated data, ciphertext and tag do not belong together.
 */
export function decryptXaes(input: XaesInput & { readonly tag: Uint8Array }): Buffer | undefined {
  const key = deriveMessageKey(input.key, input.nonce)
  const decipher = createDecipheriv('aes-256-gcm', key, halfNonce(input), TAG_LENGTH)
  decipher.setAAD(input.aad)
  decipher.setAuthTag(input.tag)
  const plain = decipher.update(input.data)
  try {
    decipher.final()
  } catch {
    plain.fill(0)
    return undefined
  }
  return plain
}

/** One message of either direction. */
export interface XaesInput {
  readonly key: KeyObject
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
  /** Plain bytes to encrypt, ciphertext to decrypt. */
  readonly data: Uint8Array
}

function halfNonce({ nonce }: XaesInput): Uint8Array {
  return nonce.subarray(HALF_NONCE)
}

function deriveMessageKey(key: KeyObject, nonce: Uint8Array): KeyObject {
  const derivation = derivations.get(key) ?? addDerivation(key)
  const { blockCipher, blocks, scratch } = derivation
  for (let i = 0; i < HALF_NONCE; i++) {
    const byte = nonce[i] as number
    scratch[4 + i] = (blocks[4 + i] as number) ^ byte
    scratch[20 + i] = (blocks[20 + i] as number) ^ byte
  }
  const bytes = blockCipher.update(scratch)
  // Handing the bytes to createCipheriv costs 11 µs more in Node 24 than making a KeyObject of them first.
  const messageKey = createSecretKey(bytes)
  bytes.fill(0)
  return messageKey
}

function addDerivation(key: KeyObject): Derivation {
  // ECB has no state between blocks: one cipher serves every message of the key.
  const blockCipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  const k1 = doubleBlock(blockCipher.update(Buffer.alloc(BLOCK)))
  const blocks = Buffer.concat([k1, k1])
  xorInto(blocks, [0x00, 0x01, 0x58, 0x00], 0)
  xorInto(blocks, [0x00, 0x02, 0x58, 0x00], BLOCK)
  const derivation = { blockCipher, blocks, scratch: Buffer.from(blocks) }
  derivations.set(key, derivation)
  return derivation
}

/** Multiplies by x in GF(2^128), the subkey step of CMAC. */
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
