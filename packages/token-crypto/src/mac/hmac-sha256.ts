import { createHmac, hash, type KeyObject } from 'node:crypto'

/** HMAC-SHA256 under one key. */
export interface HmacSha256 {
  /** Writes the 32 bytes of the code of `message` into `target`, which may be the buffer that the message stands in. */
  signInto(target: Buffer, at: number, message: Uint8Array): void
  /** The code of a text as UTF-8. */
  ofText(text: string, encoding: 'base64' | 'binary'): string
}

const BLOCK_BYTES = 64
export const MOST_KEY_BYTES: number = BLOCK_BYTES
const HASH_BYTES = 32
/** Beyond this the hash itself is the cost. */
const LONGEST_MESSAGE = 4096

/**
 * By the definition of HMAC, `H(key ⊕ opad ‖ H(key ⊕ ipad ‖ message))`, over two one-shot hashes: that is half the
 * time of `createHmac`, which sets up and tears down a state for each message. Longer messages go to `createHmac`.
 *
 * @param key - At most 64 bytes: a longer one would have to be hashed first.
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export function createHmacSha256(key: KeyObject): HmacSha256 {
  if (!((key.symmetricKeySize ?? Number.NaN) <= BLOCK_BYTES)) throw new TypeError('The key of createHmacSha256 has at most 64 bytes.')
  const inner = Buffer.alloc(BLOCK_BYTES + LONGEST_MESSAGE)
  const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES)
  const bytes = key.export()
  for (let i = 0; i < BLOCK_BYTES; i++) {
    inner[i] = (bytes[i] ?? 0) ^ 0x36
    outer[i] = (bytes[i] ?? 0) ^ 0x5c
  }
  bytes.fill(0)

  /** @param length - Of the message, which stands in `inner`. */
  function finish(length: number, encoding: 'base64' | 'binary'): string {
    // As text of one byte a character: a Buffer for each hash would cost as much as the hash.
    outer.write(hash('sha256', inner.subarray(0, BLOCK_BYTES + length), 'binary'), BLOCK_BYTES, 'latin1')
    return hash('sha256', outer, encoding)
  }

  return {
    signInto(target, at, message) {
      if (message.length > LONGEST_MESSAGE) {
        createHmac('sha256', key).update(message).digest().copy(target, at)
        return
      }
      inner.set(message, BLOCK_BYTES)
      target.write(finish(message.length, 'binary'), at, 'latin1')
    },
    ofText(text, encoding) {
      if (Buffer.byteLength(text) > LONGEST_MESSAGE) return createHmac('sha256', key).update(text, 'utf8').digest(encoding)
      return finish(inner.write(text, BLOCK_BYTES), encoding)
    },
  }
}
