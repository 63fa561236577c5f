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

/** Values of one statement, none of them empty, as lists that are cut at a text which none of them can hold. */
export interface ValueLists {
  readonly separator: string
  /** Text as it is, bytes in hex. */
  list(values: readonly ColumnValue[]): string
}

/** @returns Lists whose separator is drawn at random: nobody can have put it into a value. */
export function createValueLists(): ValueLists {
  const separator = randomBytes(SEPARATOR_BYTES).toString('base64url')
  return {
    separator,
    list: (values) => values.map((value) => (typeof value === 'string' ? value : value.toString('hex'))).join(separator),
  }
}
