import { createHmac, type KeyObject } from 'node:crypto'
import type { Keyring } from '../keyring/keyring.ts'

/** Which column an index is of: equal values of two columns have different indexes. */
export interface BlindIndexPlace {
  readonly table: string
  readonly column: string
}

export interface BlindIndexOptions {
  /**
   * Bytes of the index, 4 to 32. Default 32. Fewer bytes tell less about values that few rows share, and let other
   * rows match by chance: check the opened value.
   */
  readonly bytes?: number
}

const MAC_BYTES = 32

/**
 * Keyed hash of a value, to look up a sealed column by equality.
 *
 * Rows that hold the same value have the same index: whoever reads the table sees that. Do not index what has few
 * possible values. Bring the value to one form first, such as lower case.
 *
 * @throws {TypeError} The place or `bytes` are wrong, or `value` is neither a string nor bytes.
 */
export function createBlindIndex(
  keyring: Keyring,
  place: BlindIndexPlace,
  value: string | Uint8Array,
  options: BlindIndexOptions = {},
): Buffer {
  return indexWith(keyring.primary('index').key, place, value, options)
}

/** The indexes of a value under every accepted key, primary first: finds rows that were indexed before a rotation too. */
export function blindIndexes(
  keyring: Keyring,
  place: BlindIndexPlace,
  value: string | Uint8Array,
  options: BlindIndexOptions = {},
): Buffer[] {
  return keyring.accepted('index').map(({ key }) => indexWith(key, place, value, options))
}

function indexWith(key: KeyObject, place: BlindIndexPlace, value: unknown, options: BlindIndexOptions): Buffer {
  const bytes = options.bytes ?? MAC_BYTES
  if (!Number.isInteger(bytes) || bytes < 4 || bytes > MAC_BYTES) {
    throw new TypeError('A blind index has 4 to 32 bytes.')
  }
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new TypeError('A blind index is made of a string or bytes.')
  }
  const mac = createHmac('sha256', key)
  for (const name of [place?.table, place?.column]) mac.update(encodeName(name))
  return mac.update(value).digest().subarray(0, bytes)
}

/** Preceded by its length, so that no two places run together. */
function encodeName(name: unknown): Buffer {
  if (typeof name !== 'string' || name.length === 0) {
    throw new TypeError('A blind index needs the table and column it is of, strings that are not empty.')
  }
  const text = Buffer.from(name, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text])
}
