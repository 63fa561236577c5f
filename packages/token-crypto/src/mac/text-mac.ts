import { createHmac, type KeyObject } from 'node:crypto'
import { createHmacSha256, type HmacSha256, MOST_KEY_BYTES } from './hmac-sha256.ts'

const kept = new WeakMap<KeyObject, HmacSha256>()

/** HMAC-SHA256 of a text as UTF-8, under a key that is used again and again: what is made of the key is kept with it. */
export function macOfText(key: KeyObject, text: string, encoding: 'base64' | 'binary'): string {
  if ((key.symmetricKeySize as number) > MOST_KEY_BYTES) return createHmac('sha256', key).update(text, 'utf8').digest(encoding)
  let hmac = kept.get(key)
  if (hmac === undefined) {
    hmac = createHmacSha256(key)
    kept.set(key, hmac)
  }
  return hmac.ofText(text, encoding)
}
