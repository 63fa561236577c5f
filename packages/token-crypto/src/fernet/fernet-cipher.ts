import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  type Decipheriv,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto'
import type { FernetKeyPair } from './fernet-key.ts'
import { BLOCK_BYTES, CIPHERTEXT_AT, FERNET_VERSION, IV_AT, MAC_BYTES, TIME_AT } from './fernet-token.ts'
import { createHmacSha256 } from './hmac-sha256.ts'

/** The cryptography of Fernet under one key. */
export interface FernetCipher {
  /**
   * Encrypts and signs.
   *
   * @param time - The 8 bytes of the timestamp, so that rotating keeps them as they are.
   */
  seal(plain: Uint8Array, time: Uint8Array): Buffer
  /** Whether the token was signed with this key. */
  isAuthentic(token: Buffer): boolean
  /** Decrypts a token whose signature was checked; `undefined` when its padding is wrong. */
  decrypt(token: Buffer): Buffer | undefined
}

const RANDOM_BLOCKS = 256

/**
 * Keeps one cipher and one decipher open for all messages: making them costs as much as their work.
 *
 * In CBC each block is mixed with the ciphertext block before it. A random block in front of a message therefore
 * encrypts to an IV that is as random, whatever was encrypted earlier; and an IV in front of a ciphertext leaves,
 * after its own block, the state that the message was encrypted in. Padding is done by hand, so that every call
 * gives out all blocks.
 */
export function createFernetCipher(keys: FernetKeyPair): FernetCipher {
  const zero = Buffer.alloc(BLOCK_BYTES)
  const cipher: Cipheriv = createCipheriv('aes-128-cbc', keys.encryption, zero).setAutoPadding(false)
  const decipher: Decipheriv = createDecipheriv('aes-128-cbc', keys.encryption, zero).setAutoPadding(false)
  const hmac = createHmacSha256(keys.signing)
  const expected = Buffer.alloc(MAC_BYTES)
  let random = Buffer.alloc(0)
  let used = 0

  /** 16 random bytes, never given out twice. */
  function randomBlock(): Buffer {
    if (used === random.length) {
      random = randomFillSync(Buffer.alloc(RANDOM_BLOCKS * BLOCK_BYTES))
      used = 0
    }
    used += BLOCK_BYTES
    return random.subarray(used - BLOCK_BYTES, used)
  }

  return {
    seal(plain, time) {
      const pad = BLOCK_BYTES - (plain.length % BLOCK_BYTES)
      const blocks = Buffer.allocUnsafe(BLOCK_BYTES + plain.length + pad)
      blocks.set(randomBlock())
      blocks.set(plain, BLOCK_BYTES)
      blocks.fill(pad, BLOCK_BYTES + plain.length)
      const ivAndCiphertext = cipher.update(blocks)
      blocks.fill(0)
      const macAt = IV_AT + ivAndCiphertext.length
      const token = Buffer.allocUnsafe(macAt + MAC_BYTES)
      token[0] = FERNET_VERSION
      token.set(time, TIME_AT)
      token.set(ivAndCiphertext, IV_AT)
      hmac.signInto(token, macAt, token.subarray(0, macAt))
      return token
    },
    isAuthentic(token) {
      const macAt = token.length - MAC_BYTES
      hmac.signInto(expected, 0, token.subarray(0, macAt))
      return timingSafeEqual(expected, token.subarray(macAt))
    },
    decrypt(token) {
      const blocks = decipher.update(token.subarray(IV_AT, token.length - MAC_BYTES))
      return withoutPadding(blocks.subarray(CIPHERTEXT_AT - IV_AT))
    },
  }
}

/** PKCS #7. The signature was checked, so its time tells nothing to someone who makes up tokens. */
function withoutPadding(padded: Buffer): Buffer | undefined {
  const pad = padded[padded.length - 1] as number
  if (pad === 0 || pad > BLOCK_BYTES) return undefined
  const end = padded.length - pad
  for (let i = end; i < padded.length; i++) if (padded[i] !== pad) return undefined
  return padded.subarray(0, end)
}
