import { OpenError } from '../errors.ts'
import { type JsonValue, stringifyJson } from '../json/json-value.ts'
import type { Purpose } from '../keyring/derive-key.ts'
import type { Keyring } from '../keyring/keyring.ts'
import type { Place } from './place.ts'
import { openText, sealText } from './sealed-text.ts'

/**
 * Seals a JSON value, as `sealText` seals its text. A property that is `undefined` is left out.
 *
 * @throws {TypeError} Something in it would be lost or changed by JSON: a bigint, a function, a symbol, NaN, an
 * infinity, or `undefined` in an array or as the whole.
 */
export function sealJson(keyring: Keyring, purpose: Purpose, value: JsonValue, place: Place): string {
  return sealText(keyring, purpose, stringifyJson(value), place)
}

/**
 * Opens what `sealJson` made.
 *
 * @param read - Checks and types the value: whoever sealed it may have been an older release of your program.
 * @throws {OpenError} KEYTURN_CANNOT_OPEN: also when it is no JSON.
 * @throws {UnknownKeyError} KEYTURN_UNKNOWN_KEY
 */
export function openJson<T>(
  keyring: Keyring,
  purpose: Purpose,
  sealed: string,
  place: Place,
  read: (value: JsonValue) => T,
): T {
  return read(parse(openText(keyring, purpose, sealed, place)))
}

/** The message of a SyntaxError quotes the text, which must stay secret. */
function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    throw new OpenError()
  }
}
