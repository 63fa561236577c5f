import type { ColumnKind } from '../column/column-format.ts'
import type { ColumnTable } from './column-table.ts'
import { quoteName } from './sql-text.ts'

/** What a job asks of the database, as a dry run shows it. */
export interface ColumnStatements {
  /** One page. Without `after` and `upTo` where they are not known. */
  readonly read: (range: { after: boolean; upTo: boolean; limit: boolean }) => string
  /** Rows whose value still is what was read, in one statement. */
  readonly write: string
  /** As `write`, to null, and tells which. */
  readonly clear: string
  /** Rows that someone changed meanwhile, held until the transaction ends. */
  readonly lock: string
  /** The rows with the longest values: whether what becomes of them fits. */
  readonly widest: string
}

/** A value as it stands in a list, and the same as the column has it. */
const FROM_LIST: Readonly<Record<ColumnKind, (value: string) => string>> = {
  text: (value) => value,
  bytes: (value) => `decode(${value}, 'hex')`,
}

/** SHA-256 of a value in base64, as `digestsOf` makes it. */
const DIGEST: Readonly<Record<ColumnKind, (value: string) => string>> = {
  text: (value) => `encode(sha256(convert_to(${value}, 'UTF8')), 'base64')`,
  bytes: (value) => `encode(sha256(${value}), 'base64')`,
}

/**
 * Keys go in and out as text and are cast, so that no driver rounds or reformats them. The value that was read goes back
 * as its digest, an eighth of a token. New values go in as one text, which the server cuts at its separator: that is several
 * times faster than reading them out of an array.
 */
export function createColumnStatements(
  table: ColumnTable,
  { alsoClear = [] }: { readonly alsoClear?: readonly string[] } = {},
): ColumnStatements {
  const from = `${quoteName(table.schema)}.${quoteName(table.table)} as t`
  const keys = table.key.map(({ name }) => `t.${quoteName(name)}`)
  const column = `t.${quoteName(table.column)}`
  const value = table.kind === 'text' ? `${column}::text` : column
  const same = `${DIGEST[table.kind](value)} = v.old`
  const selected = [...keys.map((key) => `${key}::text`), value].join(', ')
  const arrays = table.key.map((_, i) => `$${i + 1}::text::text[]`)
  const names = table.key.map((_, i) => `k${i}`)
  const sameKey = table.key.map(({ type }, i) => `${keys[i]} = v.k${i}::${type}`).join(' and ')
  const size = table.key.length
  const keyColumns = arrays.map((array) => `unnest(${array})`)
  const digests = `string_to_table($${size + 1}::text, ',')`
  // "C" finds the separator by its bytes.
  const list = `string_to_table($${size + 3}::text collate "C", $${size + 2}::text collate "C")`

  /** `(a, b) > ($1, $2)`: the row comparison that an index over the key answers. */
  function bound(operator: '>' | '<=', firstParameter: number): string {
    const parameters = table.key.map(({ type }, i) => `$${firstParameter + i}::text::${type}`)
    return `(${keys.join(', ')}) ${operator} (${parameters.join(', ')})`
  }

  const target = `${quoteName(table.schema)}.${quoteName(table.table)}`
  const cleared = [table.column, ...alsoClear].map((name) => `${quoteName(name)} = null`).join(', ')
  return {
    read({ after, upTo, limit }) {
      const bounds = [after ? bound('>', 1) : '', upTo ? bound('<=', after ? size + 1 : 1) : ''].filter((each) => each !== '')
      const where = bounds.length === 0 ? '' : ` where ${bounds.join(' and ')}`
      const parameters = (after ? size : 0) + (upTo ? size : 0)
      const last = limit ? ` limit $${parameters + 1}::text::integer` : ''
      return `select ${selected} from ${from}${where} order by ${keys.join(', ')}${last}`
    },
    write:
      `update ${target} as t set ${quoteName(table.column)} = ${FROM_LIST[table.kind]('v.new')} ` +
      `from rows from (${[...keyColumns, digests, list].join(', ')}) ` +
      `as v(${[...names, 'old', 'new'].join(', ')}) where ${sameKey} and ${same}`,
    clear:
      `update ${target} as t set ${cleared} from rows from (${[...keyColumns, digests].join(', ')}) ` +
      `with ordinality as v(${[...names, 'old', 'n'].join(', ')}) where ${sameKey} and ${same} returning v.n::integer`,
    lock:
      `select ${selected} from ${from} join unnest(${arrays.join(', ')}) as v(${names.join(', ')}) ` +
      `on ${sameKey} order by ${keys.join(', ')} for update of t`,
    widest: `select ${selected} from ${from} where ${column} is not null order by length(${column}) desc limit 20`,
  }
}
