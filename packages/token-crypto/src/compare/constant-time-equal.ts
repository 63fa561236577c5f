import { timingSafeEqual } from 'node:crypto'

/**
 * Compares two secrets without telling by its time where they differ. Their lengths are no secret.
 *
 * @param a - Text is taken as UTF-8.
 * @throws {TypeError} One of them is neither a string nor bytes: `undefined` is equal to nothing, not even to itself.
 */
export function constantTimeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const left = toBytes(a)
  const right = toBytes(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

function toBytes(value: unknown): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  if (value instanceof Uint8Array) return value
  throw new TypeError('constantTimeEqual takes strings or bytes.')
}
