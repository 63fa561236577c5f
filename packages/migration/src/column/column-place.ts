import type { Place, RowKey } from '@keyturn/token-crypto'

/** Key of a row: the text of each key column, in order. */
export type ColumnKey = readonly string[]

export interface ColumnPlaceNames {
  readonly table: string
  readonly column: string
}

/**
 * Where a value of a column rests, for sealed values: the text of a single key column, or for a composite key the JSON
 * of the array of texts, such as `["7","eu"]`.
 */
export function columnRow(key: ColumnKey): RowKey {
  const [first, ...others] = key
  if (first === undefined) throw new TypeError('A row needs a key.')
  return others.length === 0 ? first : JSON.stringify(key)
}

export function columnPlace({ table, column }: ColumnPlaceNames, row: RowKey): Place {
  return { kind: 'column', table, column, row }
}
