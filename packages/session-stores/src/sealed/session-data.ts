import { SessionDataError } from '../errors.ts'

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** What the application keeps in a session: an object that JSON can carry. */
export type SessionData = Record<string, unknown>

/**
 * The data as JSON, or an error where JSON would lose or change something without a word.
 *
 * @param written - The JSON of it, where that has been written already.
 * @throws {SessionDataError} KEYTURN_SESSION_DATA: a BigInt, a circular value, a function, a symbol, a Map, a Set or a
 * number that is not finite; what has a `toJSON` of its own, such as a Date, becomes what that gives.
 * @throws {TypeError} It is not an object.
 */
export function toJsonText(data: unknown, written?: string): string {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new TypeError('Session data is an object.')
  }
  const json = written ?? stringify(data)
  if (json?.[0] !== '{') throw new TypeError('Session data is an object, also after its toJSON.')
  rejectLosses(data)
  return json
}

function stringify(data: object): string | undefined {
  try {
    return JSON.stringify(data)
  } catch (error) {
    // Of a TypeError the message names keys and types of the data: it is not passed on.
    if (error instanceof TypeError) throw new SessionDataError('a BigInt or a circular value')
    throw error
  }
}

/** Runs after `JSON.stringify`, which has refused what is circular. */
function rejectLosses(value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    rejectInside(value)
    return
  }
  const loss = lossOf(value)
  if (loss !== undefined) throw new SessionDataError(loss)
}

function rejectInside(value: object): void {
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return
  if (value instanceof Map || value instanceof Set) throw new SessionDataError('a Map or a Set')
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) throw new SessionDataError('binary data')
  if (Array.isArray(value)) {
    for (const item of value) rejectLosses(item)
    return
  }
  for (const name in value) if (Object.hasOwn(value, name)) rejectLosses((value as Record<string, unknown>)[name])
}

function lossOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'a number that is not finite'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'symbol' ? 'a symbol' : undefined
}
