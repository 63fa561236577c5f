import { type KeyObject, randomFillSync } from 'node:crypto'
import { createRecentMap } from '../recent/recent-map.ts'
import { deriveMessageKey, HALF_NONCE } from './xaes-256-gcm.ts'

/**
 * The message keys of one root key.
 *
 * Deriving a key and making a KeyObject of it costs half as much as the message itself. So the first half of the
 * nonce, which makes the key, is drawn once for 1024 messages, and the second half, the nonce under that key, for
 * each: after 2^52 messages the chance that a nonce was used twice is below 2^-34.
 */
export interface MessageKeys {
  /** Writes a nonce that was never used into `target` at `at`; answers the key that belongs to it. */
  next(target: Buffer, at: number): KeyObject
  /** The key of a nonce, when it was used recently. */
  recall(nonce: Buffer): KeyObject | undefined
  /** Keeps the key of a nonce. Only of a message that proved to be authentic, so that forged ones push nothing out. */
  remember(nonce: Buffer, key: KeyObject): void
}

const MESSAGES_A_KEY = 1024
const REMEMBERED_KEYS = 1024
const POOLED_HALVES = 256

const keysOfRoots = new WeakMap<KeyObject, MessageKeys>()

export function messageKeysOf(root: KeyObject): MessageKeys {
  return keysOfRoots.get(root) ?? addRoot(root)
}

function addRoot(root: KeyObject): MessageKeys {
  const keys = createMessageKeys(root)
  keysOfRoots.set(root, keys)
  return keys
}

function createMessageKeys(root: KeyObject): MessageKeys {
  const known = createRecentMap<KeyObject>(REMEMBERED_KEYS)
  const drawHalf = createHalfNonces()
  const first = Buffer.alloc(HALF_NONCE)
  let key = startKey()
  let left = MESSAGES_A_KEY

  function startKey(): KeyObject {
    drawHalf(first, 0)
    const started = deriveMessageKey(root, first)
    known.set(nameOf(first), started)
    return started
  }

  return {
    next(target, at) {
      if (left === 0) {
        key = startKey()
        left = MESSAGES_A_KEY
      }
      left--
      target.set(first, at)
      drawHalf(target, at + HALF_NONCE)
      return key
    },
    recall: (nonce) => known.get(nameOf(nonce)),
    remember: (nonce, authentic) => known.set(nameOf(nonce), authentic),
  }
}

/** Writes random bytes, each of them once. Asking the system for 12 costs as much as for 3000. */
function createHalfNonces(): (target: Buffer, at: number) => void {
  let pool = Buffer.alloc(0)
  let used = 0
  return (target, at) => {
    if (used === pool.length) {
      pool = randomFillSync(Buffer.alloc(POOLED_HALVES * HALF_NONCE))
      used = 0
    }
    target.set(pool.subarray(used, used + HALF_NONCE), at)
    used += HALF_NONCE
  }
}

function nameOf(nonce: Buffer): string {
  return nonce.toString('latin1', 0, HALF_NONCE)
}
