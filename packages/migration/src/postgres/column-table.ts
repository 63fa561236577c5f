import type { ColumnKind } from '../column/column-format.ts'
import { ColumnUnsuitableError } from '../errors.ts'
import type { RunStatement } from './postgres-client.ts'
import { quoteName } from './sql-text.ts'

export interface ColumnName {
  readonly schema: string
  readonly table: string
  readonly column: string
}

export interface KeyColumn {
  readonly name: string
  /** As in a cast, such as `integer` or `character varying(20)`. */
  readonly type: string
}

/** What the catalogue says of a column and of what tells its rows apart. */
export interface ColumnTable extends ColumnName {
  readonly kind: ColumnKind
  /** Characters that fit; `undefined` without a bound. */
  readonly maxCharacters: number | undefined
  readonly nullable: boolean
  readonly key: readonly KeyColumn[]
  readonly estimatedRows: number
}

const TEXT_TYPES = ['text', 'character varying']

interface CatalogueColumn {
  readonly name: string
  readonly type: string
  readonly notNull: boolean
  readonly maxCharacters: number | undefined
}

/**
 * @param keyNames - Columns that tell rows apart, in the order of their index. Default: the primary key.
 * @throws {ColumnUnsuitableError} KEYTURN_MIGRATION_COLUMN
 */
export async function describeColumn(
  run: RunStatement,
  name: ColumnName,
  keyNames: readonly string[] | undefined,
): Promise<ColumnTable> {
  const columns = await readColumns(run, name)
  const column = columns.get(name.column)
  const shown = `${name.schema}.${name.table}.${name.column}`
  if (column === undefined) throw new ColumnUnsuitableError(`There is no column ${shown}, or this role may not see it.`)
  const kind = kindOf(column.type)
  if (kind === undefined) {
    throw new ColumnUnsuitableError(`Column ${shown} is of type ${column.type}. Columns of type text, varchar and bytea are supported.`)
  }
  const indexed = await findUniqueKey(run, name, keyNames)
  const key = indexed.map((each) => columns.get(each)).filter((each) => each !== undefined)
  if (key.length === 0 || key.some(({ notNull }) => !notNull)) {
    throw new ColumnUnsuitableError(
      `Table ${name.schema}.${name.table} has no primary key${keyNames === undefined ? '' : ' or unique index over the given key'} ` +
        'without nulls. Name in `key` the columns of such an index, in its order.',
    )
  }
  const { maxCharacters, notNull } = column
  return Object.freeze({ ...name, kind, maxCharacters, nullable: !notNull, key, estimatedRows: await estimateRows(run, name) })
}

function kindOf(type: string): ColumnKind | undefined {
  if (type === 'bytea') return 'bytes'
  return TEXT_TYPES.includes(type.replace(/\(.*\)/, '')) ? 'text' : undefined
}

async function readColumns(run: RunStatement, { schema, table }: ColumnName): Promise<Map<string, CatalogueColumn>> {
  const rows = await run(
    `select a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       case when a.atttypid = 'varchar'::regtype and a.atttypmod > 4 then a.atttypmod - 4 end
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1::text and c.relname = $2::text and a.attnum > 0 and not a.attisdropped`,
    [schema, table],
  )
  return new Map(
    rows.map(([name, type, notNull, width]) => [
      name as string,
      {
        name: name as string,
        type: type as string,
        notNull: notNull === true,
        maxCharacters: width === null ? undefined : Number(width),
      },
    ]),
  )
}

/** Columns of the primary key; or of the unique index that has exactly the given columns, in their order. */
async function findUniqueKey(
  run: RunStatement,
  { schema, table }: ColumnName,
  keyNames: readonly string[] | undefined,
): Promise<string[]> {
  const rows = await run(
    `select i.indisprimary, array_to_string(array(
       select quote_ident(a.attname) from unnest(i.indkey) with ordinality as k(number, n)
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number order by k.n), ',')
     from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1::text and c.relname = $2::text and i.indisunique and i.indisvalid
       and i.indpred is null and i.indexprs is null and i.indnkeyatts = i.indnatts`,
    [schema, table],
  )
  const indexes = rows.map(([primary, names]) => ({ primary: primary === true, names: splitNames(names as string) }))
  if (keyNames === undefined) return indexes.find(({ primary }) => primary)?.names ?? []
  return indexes.find(({ names }) => names.join('\0') === keyNames.join('\0'))?.names ?? []
}

function splitNames(list: string): string[] {
  const names = list.match(/"(?:[^"]|"")*"|[^,]+/g) ?? []
  return names.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name))
}

const COUNT_UP_TO = 1_000_000

/** Exact for what is counted quickly; beyond that what the last ANALYZE saw. */
async function estimateRows(run: RunStatement, { schema, table }: ColumnName): Promise<number> {
  const from = `${quoteName(schema)}.${quoteName(table)}`
  const [estimate] = await run(`select reltuples::float8 from pg_class where oid = $1::text::regclass`, [from])
  const rows = Number(estimate?.[0] ?? -1)
  if (rows > COUNT_UP_TO) return rows
  const [counted] = await run(`select count(*)::float8 from ${from}`)
  return Number(counted?.[0] ?? 0)
}
