/** Primary key of a row. A number must be a safe integer: beyond that it has lost digits. */
export type RowKey = string | number | bigint | Uint8Array

/** Where a sealed value rests: it opens there and nowhere else. */
export type Place =
  | { readonly kind: 'session'; readonly key: Uint8Array }
  | {
      readonly kind: 'column'
      readonly table: string
      readonly column: string
      /** Primary key of the row. `7`, `7n` and `'7'` are one row: drivers differ in what they return. */
      readonly row: RowKey
    }
  | {
      readonly kind: 'custom'
      /** Names the sort of place, such as `'backup'`. */
      readonly name: string
      /** What tells two places of that sort apart, in order. */
      readonly parts: readonly (string | Uint8Array)[]
    }

/**
 * What tells one place from another, as bytes, in order.
 *
 * @throws {TypeError} A part is missing, empty or of the wrong type: a value sealed to `undefined` would open anywhere.
 */
export function placeParts(place: Place): readonly Uint8Array[] {
  switch (place?.kind) {
    case 'session':
      return [bytesOf(place.key, 'key')]
    case 'column':
      return [textOf(place.table, 'table'), textOf(place.column, 'column'), rowOf(place.row)]
    case 'custom':
      return [textOf(place.name, 'name'), ...partsOf(place.parts)]
    default:
      throw new TypeError("A place needs a kind: 'session', 'column' or 'custom'.")
  }
}

function bytesOf(value: unknown, name: string): Uint8Array {
  if (value instanceof Uint8Array && value.length > 0) return value
  throw new TypeError(`The ${name} of a place is a Uint8Array that is not empty.`)
}

function textOf(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string' && value.length > 0) return Buffer.from(value, 'utf8')
  throw new TypeError(`The ${name} of a place is a string that is not empty.`)
}

function rowOf(row: unknown): Uint8Array {
  if (typeof row === 'bigint' || Number.isSafeInteger(row)) return Buffer.from(String(row), 'latin1')
  if (typeof row === 'string') return textOf(row, 'row')
  if (row instanceof Uint8Array) return bytesOf(row, 'row')
  throw new TypeError('The row of a place is a string, a Uint8Array, a bigint or a whole number that is exact.')
}

function partsOf(parts: unknown): Uint8Array[] {
  if (!Array.isArray(parts)) throw new TypeError('The parts of a place are an array of strings and Uint8Arrays.')
  return parts.map((part: unknown) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : bytesOf(part, 'part')))
}
