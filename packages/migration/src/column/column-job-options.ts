import type { RowKey } from '@keyturn/token-crypto'
import { type BulkOptions, type ResolvedBulkOptions, resolveBulkOptions } from '../bulk/bulk-options.ts'
import { assertNoProblems, type Problem } from '../option-rules.ts'
import type { ColumnFormat } from './column-format.ts'
import { type ColumnKey, columnRow } from './column-place.ts'

/** Which column, and how its database is reached. */
export interface ColumnJobOptions extends BulkOptions {
  /** `postgres://user:password@host:port/database`, of the server itself and not of a pooler in transaction mode. */
  readonly url: string
  /** Default `public`. */
  readonly schema?: string
  readonly table: string
  readonly column: string
  /** Columns that tell rows apart: those of a unique index without nulls, in its order. Default: the primary key. */
  readonly key?: readonly string[]
  /** Formats in which values stand there now. */
  readonly from: ColumnFormat | readonly ColumnFormat[]
  /** Name of the job. Processes that give the same name share its work. Default: what it does, and to which column. */
  readonly job?: string
  /** Where the journal tables `keyturn_migration_*` are. Default: `schema`. */
  readonly journalSchema?: string
  /** Reads all and reports what a run would do; writes nothing. Default `false`. */
  readonly dryRun?: boolean
  /**
   * The `row` that sealed values of a row are bound to, from the texts of its key. Default: the text of the only key
   * column; of several, the JSON of their array.
   */
  readonly rowOf?: (key: ColumnKey) => RowKey
  /** A page that a process has held this long is given to another, milliseconds. Default 300 000. */
  readonly leaseMs?: number
}

export interface ResolvedColumnJobOptions {
  readonly url: string
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly key: readonly string[] | undefined
  readonly from: readonly ColumnFormat[]
  readonly job: string
  readonly journalSchema: string
  readonly dryRun: boolean
  readonly rowOf: (key: ColumnKey) => RowKey
  readonly leaseMs: number
  readonly bulk: ResolvedBulkOptions
}

/** @throws {TypeError} Names every option that is wrong. */
export function resolveColumnJobOptions(factory: string, options: ColumnJobOptions): ResolvedColumnJobOptions {
  const schema = options.schema ?? 'public'
  const resolved = {
    url: options.url,
    schema,
    table: options.table,
    column: options.column,
    key: options.key,
    from: [options.from].flat(),
    job: options.job ?? `${factory} ${schema}.${options.table}.${options.column}`,
    journalSchema: options.journalSchema ?? schema,
    dryRun: options.dryRun ?? false,
    rowOf: options.rowOf ?? columnRow,
    leaseMs: options.leaseMs ?? 300_000,
    bulk: resolveBulkOptions(factory, options),
  }
  assertNoProblems(factory, [
    postgresUrl(resolved.url),
    ...(['schema', 'table', 'column', 'job', 'journalSchema'] as const).map((name) => text(name, resolved[name])),
    resolved.key === undefined || (resolved.key.length > 0 && resolved.key.every((name) => text('key', name) === undefined))
      ? undefined
      : 'key must name at least one column',
    resolved.from.length > 0 && resolved.from.every((format) => typeof format?.open === 'function')
      ? undefined
      : 'from must be a format or several, such as createSealedFormat() gives',
    Number.isFinite(resolved.leaseMs) && resolved.leaseMs > 0 ? undefined : 'leaseMs must be a number above 0',
  ])
  return Object.freeze(resolved)
}

/** The URL holds a password: it is not quoted. */
function postgresUrl(url: unknown): Problem {
  const known = typeof url === 'string' && /^postgres(ql)?:\/\//.test(url)
  return known ? undefined : 'url must begin with postgres:// or postgresql://'
}

function text(name: string, value: unknown): Problem {
  return typeof value === 'string' && value.length > 0 ? undefined : `${name} must be a string that is not empty`
}
