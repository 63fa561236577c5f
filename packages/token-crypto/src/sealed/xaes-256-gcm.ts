import { type Cipheriv, createCipheriv, createSecretKey, type KeyObject } from 'node:crypto'

export const XAES_NONCE_BYTES = 24
/** The first half of a nonce makes the key of a message, the second half is the nonce under that key. */
export const HALF_NONCE: number = XAES_NONCE_BYTES / 2

const BLOCK = 16
const COUNTER_1 = [0x00, 0x01, 0x58, 0x00]
const COUNTER_2 = [0x00, 0x02, 0x58, 0x00]

/** What is computed once for a root key: its block cipher, kept open, and the two derivation blocks but for the nonce. */
interface Derivation {
  readonly blockCipher: Cipheriv
  readonly blocks: Buffer
}

const derivations = new WeakMap<KeyObject, Derivation>()

/**
 * The key under which AES-256-GCM encrypts a message of XAES-256-GCM.
 *
 * @param root - 32 bytes.
 * @param nonce - Its first 12 bytes count.
 * @see https://c2sp.org/XAES-256-GCM
 */
export function deriveMessageKey(root: KeyObject, nonce: Uint8Array): KeyObject {
  const { blockCipher, blocks } = derivations.get(root) ?? addDerivation(root)
  const input = Buffer.alloc(blocks.length)
  for (let i = 0; i < input.length; i++) input[i] = (blocks[i] as number) ^ nonceByte(nonce, i)
  const bytes = blockCipher.update(input)
  // Handing the bytes to createCipheriv instead costs 11 µs more in Node 24: it tries them as a KeyObject and throws.
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

/** In each of the two blocks the nonce stands behind the four bytes of the counter. */
function nonceByte(nonce: Uint8Array, at: number): number {
  const inBlock = at % BLOCK
  return inBlock < COUNTER_1.length ? 0 : (nonce[inBlock - COUNTER_1.length] as number)
}

function addDerivation(root: KeyObject): Derivation {
  // ECB keeps nothing from block to block: one cipher serves every message.
  const blockCipher = createCipheriv('aes-256-ecb', root, null).setAutoPadding(false)
  const k1 = doubleBlock(blockCipher.update(Buffer.alloc(BLOCK)))
  const derivation = { blockCipher, blocks: Buffer.concat([xor(k1, COUNTER_1), xor(k1, COUNTER_2)]) }
  derivations.set(root, derivation)
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

function xor(block: Buffer, bytes: readonly number[]): Buffer {
  return Buffer.from(block.map((byte, i) => byte ^ (bytes[i] ?? 0)))
}
