import { randomFillSync } from 'node:crypto'

/** Hands out random bytes, each byte once; one call to the system's generator serves many nonces. */
export interface NoncePool {
  next(): Buffer
}

const NONCES_A_FILL = 128

/** @param nonceBytes - Length of each nonce, bytes. */
export function createNoncePool(nonceBytes: number): NoncePool {
  // A new buffer for each fill: a nonce that was handed out stays as it was.
  let pool = Buffer.alloc(0)
  let used = 0
  return {
    next() {
      if (used === pool.length) {
        pool = randomFillSync(Buffer.alloc(nonceBytes * NONCES_A_FILL))
        used = 0
      }
      const nonce = pool.subarray(used, used + nonceBytes)
      used += nonceBytes
      return nonce
    },
  }
}
