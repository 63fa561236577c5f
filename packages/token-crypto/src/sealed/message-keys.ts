import { type KeyObject, randomFillSync } from 'node:crypto'
import { deriveMessageKeys, MESSAGE_KEY_BYTES, takeMessageKey, XAES_NONCE_BYTES } from './xaes-256-gcm.ts'

/** A random nonce and the key that belongs to it, for one message. */
export interface MessageKey {
  /** 24 bytes. */
  readonly nonce: Buffer
  readonly key: KeyObject
}

/** Nonces and their keys made ahead, `used` of them handed out. */
interface Batch {
  readonly nonces: Buffer
  readonly keys: Buffer
  used: number
}

const BATCH = 64

const batches = new WeakMap<KeyObject, Batch>()

/**
 * A fresh nonce and its message key; no nonce is handed out twice.
 *
 * They are made 64 at a time: asking the system for random bytes, and the block cipher for a key, costs more than
 * the work itself.
 */
export function nextMessageKey(root: KeyObject): MessageKey {
  let batch = batches.get(root)
  if (batch === undefined || batch.used === BATCH) {
    batch = createBatch(root)
    batches.set(root, batch)
  }
  // Counted before anything can throw.
  const index = batch.used++
  const nonce = batch.nonces.subarray(index * XAES_NONCE_BYTES, (index + 1) * XAES_NONCE_BYTES)
  const keyBytes = batch.keys.subarray(index * MESSAGE_KEY_BYTES, (index + 1) * MESSAGE_KEY_BYTES)
  return { nonce, key: takeMessageKey(keyBytes) }
}

function createBatch(root: KeyObject): Batch {
  const nonces = randomFillSync(Buffer.alloc(BATCH * XAES_NONCE_BYTES))
  return { nonces, keys: deriveMessageKeys(root, nonces), used: 0 }
}
