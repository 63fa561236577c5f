import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  type Decipheriv,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto'
import type { FernetKeyPair } from './fernet-key.ts'
import { BLOCK_BYTES, FERNET_VERSION, IV_AT, MAC_BYTES, TIME_AT } from './fernet-token.ts'
import { createHmacSha256 } from '../mac/hmac-sha256.ts'

/** The cryptography of Fernet under one key. */
export interface FernetCipher {
  /**
   * Encrypts and signs.
   *
   * @param time - The 8 bytes of the timestamp, so that rotating keeps them as they are.
   */
  seal(plain: Uint8Array, time: Uint8Array): Buffer
  /** As `seal` for each of many, which costs less. */
  sealAll(messages: readonly { readonly plain: Uint8Array; readonly time: Uint8Array }[]): Buffer[]
  /** Whether the token was signed with this key. */
  isAuthentic(token: Buffer): boolean
  /** Decrypts a token whose signature was checked; `undefined` when its padding is wrong. */
  decrypt(token: Buffer): Buffer | undefined
  /** As `decrypt` for each of many. */
  decryptAll(tokens: readonly Buffer[]): (Buffer | undefined)[]
}

const RANDOM_BLOCKS = 256

/**
 * Keeps one cipher and one decipher open for all messages: making them costs as much as their work, and so does a call of
 * them, which takes as many messages as there are.
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

  /** @returns Where the next message stands. */
  function writeBlocks(blocks: Buffer, at: number, plain: Uint8Array): number {
    const end = at + blocksOf(plain)
    const paddingAt = at + BLOCK_BYTES + plain.length
    blocks.set(randomBlock(), at)
    blocks.set(plain, at + BLOCK_BYTES)
    blocks.fill(end - paddingAt, paddingAt, end)
    return end
  }

  function encrypt(blocks: Buffer): Buffer {
    const encrypted = cipher.update(blocks)
    blocks.fill(0)
    return encrypted
  }

  /** @param encrypted - Holds IV and ciphertext from `from` up to `to`. */
  function toToken(encrypted: Buffer, from: number, to: number, time: Uint8Array): Buffer {
    const macAt = IV_AT + to - from
    const token = Buffer.allocUnsafe(macAt + MAC_BYTES)
    token[0] = FERNET_VERSION
    token.set(time, TIME_AT)
    encrypted.copy(token, IV_AT, from, to)
    hmac.signInto(token, macAt, token.subarray(0, macAt))
    return token
  }

  return {
    seal(plain, time) {
      const blocks = Buffer.allocUnsafe(blocksOf(plain))
      writeBlocks(blocks, 0, plain)
      return toToken(encrypt(blocks), 0, blocks.length, time)
    },
    sealAll(messages) {
      const blocks = Buffer.allocUnsafe(messages.reduce((sum, { plain }) => sum + blocksOf(plain), 0))
      let end = 0
      for (const { plain } of messages) end = writeBlocks(blocks, end, plain)
      const encrypted = encrypt(blocks)
      let from = 0
      return messages.map(({ plain, time }) => {
        const to = from + blocksOf(plain)
        const token = toToken(encrypted, from, to, time)
        from = to
        return token
      })
    },
    isAuthentic(token) {
      const macAt = token.length - MAC_BYTES
      hmac.signInto(expected, 0, token.subarray(0, macAt))
      return timingSafeEqual(expected, token.subarray(macAt))
    },
    decrypt(token) {
      const decrypted = decipher.update(token.subarray(IV_AT, token.length - MAC_BYTES))
      return withoutPadding(decrypted.subarray(BLOCK_BYTES))
    },
    decryptAll(tokens) {
      const decrypted = decipher.update(concatBlocks(tokens))
      let end = 0
      return tokens.map(({ length }) => {
        const from = end + BLOCK_BYTES
        end += length - IV_AT - MAC_BYTES
        return withoutPadding(decrypted.subarray(from, end))
      })
    },
  }
}

/** What a message takes with its IV and its padding, bytes. */
function blocksOf({ length }: Uint8Array): number {
  return 2 * BLOCK_BYTES + length - (length % BLOCK_BYTES)
}

/** IV and ciphertext of each, one behind the other. */
function concatBlocks(tokens: readonly Buffer[]): Buffer {
  const blocks = Buffer.allocUnsafe(tokens.reduce((sum, { length }) => sum + length - IV_AT - MAC_BYTES, 0))
  let at = 0
  for (const token of tokens) at += token.copy(blocks, at, IV_AT, token.length - MAC_BYTES)
  return blocks
}

/** PKCS #7. The signature was checked, so its time tells nothing to someone who makes up tokens. */
function withoutPadding(padded: Buffer): Buffer | undefined {
  const pad = padded[padded.length - 1] as number
  if (pad === 0 || pad > BLOCK_BYTES) return undefined
  const end = padded.length - pad
  for (let i = end; i < padded.length; i++) if (padded[i] !== pad) return undefined
  return padded.subarray(0, end)
}
