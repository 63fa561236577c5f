import { randomBytes } from 'node:crypto'
import type { ColumnValue } from '../column/column-format.ts'

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * An array as PostgreSQL reads it from text, so that it does not depend on what the driver knows of array types.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function arrayLiteral(values: readonly (ColumnValue | null)[]): string {
  return `{${values.map(element).join(',')}}`
}

function element(value: ColumnValue | null): string {
  if (value === null) return 'NULL'
  if (typeof value !== 'string') return `"\\\\x${value.toString('hex')}"`
  // Found faster than by a regular expression, and of a page of tokens there is none in all.
  if (!value.includes('"') && !value.includes('\\')) return `"${value}"`
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

const SEPARATOR_BYTES = 18

/** Values, none of them empty, as one text that is cut at another which none of them can hold. */
export interface ValueList {
  readonly separator: string
  /** Text as it is, bytes in hex. */
  readonly list: string
}

/** @returns A list whose separator is drawn at random: nobody can have put it into a value. */
export function createValueList(values: readonly ColumnValue[]): ValueList {
  const separator = randomBytes(SEPARATOR_BYTES).toString('base64url')
  const texts = values.map((value) => (typeof value === 'string' ? value : value.toString('hex')))
  return { separator, list: texts.join(separator) }
}
