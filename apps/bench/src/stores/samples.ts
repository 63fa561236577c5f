import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { SessionRecord } from '@keyturn/session-stores'

export const OWNERS = 100_000
/** A session of 250 bytes of JSON, sealed. */
export const SEALED_BYTES = 320
export const KEY_ID = '00112233445566aa'
const DAY_MS = 86_400_000

export function keyOf(index: number): Buffer {
  return createHash('sha256').update(`session ${index}`).digest()
}

export function ownerOf(index: number): Buffer {
  return createHash('sha256').update(`owner ${index % OWNERS}`).digest()
}

export function recordOf(index: number, fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    sealed: randomBytes(SEALED_BYTES),
    keyId: KEY_ID,
    version: 1,
    ownerTag: ownerOf(index),
    createdAt: Date.now(),
    expiresAt: Date.now() + DAY_MS + randomInt(DAY_MS),
    ...fields,
  }
}
