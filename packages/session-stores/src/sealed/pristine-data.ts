import type { SessionData } from './session-data.ts'

/**
 * Session data as it was parsed, frozen. A copy of it costs a quarter of parsing its text again, and a comparison with
 * it half of writing that text again.
 */
export type PristineData = SessionData & { readonly [frozen]: true }

declare const frozen: unique symbol

/** Copying and comparing go down the values by calls; parsers do not. */
const MAX_DEPTH = 64

/** @returns `undefined` for data that is nested too deep, or has a name that would set a prototype. */
export function toPristine(data: SessionData): PristineData | undefined {
  return freeze(data, MAX_DEPTH) ? (data as PristineData) : undefined
}

function freeze(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0 || Object.hasOwn(value, '__proto__')) return false
  Object.freeze(value)
  return Object.values(value).every((inside) => freeze(inside, depth - 1))
}

/** Data that its receiver may change. */
export function copyPristine(pristine: PristineData): SessionData {
  return copy(pristine) as SessionData
}

function copy(value: object): object {
  if (Array.isArray(value)) return value.map(copyInside)
  const copied: Record<string, unknown> = {}
  for (const name in value) copied[name] = copyInside((value as Readonly<Record<string, unknown>>)[name])
  return copied
}

function copyInside(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? copy(value) : value
}

/**
 * Whether JSON would show the same names and values, in whatever order.
 *
 * @returns `false` also where only writing the text can tell, as for a Date or a name whose value is undefined.
 */
export function isPristine(value: object, pristine: PristineData): boolean {
  return isSame(value, pristine)
}

function isSame(value: unknown, pristine: unknown): boolean {
  if (typeof pristine !== 'object' || pristine === null) return value === pristine
  if (typeof value !== 'object' || value === null) return false
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false
  if (Array.isArray(pristine)) return isSameArray(value, pristine)
  // What a value inherits would be seen below, and not by JSON.
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  return isSameObject(value as Readonly<Record<string, unknown>>, pristine as Readonly<Record<string, unknown>>)
}

function isSameArray(value: object, pristine: readonly unknown[]): boolean {
  if (!Array.isArray(value) || value.length !== pristine.length) return false
  for (let at = 0; at < pristine.length; at++) if (!isSame(value[at], pristine[at])) return false
  return true
}

function isSameObject(value: Readonly<Record<string, unknown>>, pristine: Readonly<Record<string, unknown>>): boolean {
  let missing = 0
  for (const name in pristine) {
    if (!isSame(value[name], pristine[name])) return false
    missing++
  }
  for (const _ in value) missing--
  return missing === 0
}
