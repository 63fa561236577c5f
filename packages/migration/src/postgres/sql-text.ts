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
  return /["\\]/.test(value) ? `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : `"${value}"`
}
