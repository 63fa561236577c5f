/** What survives being written as JSON and read again. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined }

/**
 * Writes JSON, or refuses: JSON.stringify would drop a function and turn NaN into null without a word.
 *
 * @throws {TypeError} A bigint, function, symbol, NaN or infinity, or `undefined` in an array or as the whole.
 */
export function stringifyJson(value: JsonValue): string {
  const text = JSON.stringify(value, refuseLoss) as string | undefined
  if (text === undefined) throw new TypeError('JSON cannot hold undefined.')
  return text
}

function refuseLoss(this: unknown, _key: string, value: unknown): unknown {
  const isLost =
    typeof value === 'bigint' ||
    typeof value === 'function' ||
    typeof value === 'symbol' ||
    (typeof value === 'number' && !Number.isFinite(value)) ||
    (value === undefined && Array.isArray(this))
  if (isLost) throw new TypeError(`JSON cannot hold this ${typeof value}.`)
  return value
}
