import { type KeyObject, timingSafeEqual } from 'node:crypto'
import { macOfText } from '../mac/text-mac.ts'

/** Base64 of 32 bytes without its one `=`. */
export const SIGNATURE_LENGTH = 43

// Written and compared within one synchronous call each.
const expectedBytes = Buffer.alloc(SIGNATURE_LENGTH)
const givenBytes = Buffer.alloc(SIGNATURE_LENGTH)

/** HMAC-SHA256 in base64 without padding, as @fastify/cookie, cookie-signature and express-session write it. */
export function createSignature(key: KeyObject, value: string): string {
  return macOfText(key, value, 'base64').slice(0, SIGNATURE_LENGTH)
}

/**
 * Compares two signatures as texts, in constant time: another spelling of the same bytes is another text.
 *
 * @param given - Whatever came in; its length was checked to be `SIGNATURE_LENGTH`.
 */
export function isSameSignature(expected: string, given: string): boolean {
  expectedBytes.write(expected, 'latin1')
  // As UTF-8, what is not ASCII takes bytes that base64 never has; as latin1 it would be folded into it.
  const written = givenBytes.write(given, 'utf8')
  return written === SIGNATURE_LENGTH && timingSafeEqual(expectedBytes, givenBytes)
}
