import { assertNoProblems, oneGiven, type Problem, text, unknownNames, wholeNumber } from '../option-rules.ts'
import type { PostgresClient } from './postgres-driver.ts'

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`: the store opens connections of its own and closes them. */
  readonly url?: string
  /** An instance of the `postgres` package that the application owns and closes. In place of `url`. */
  readonly client?: PostgresClient
  /** Default `public`. Made if it is not there. */
  readonly schema?: string
  /** Default `keyturn_sessions`. A table `<table>_schema` beside it holds its version. */
  readonly table?: string
  /** `false`: never make or change tables; `postgresSchemaSql()` gives the SQL to run beforehand. Default `true`. */
  readonly createTable?: boolean
  /** Longest wait of a request, milliseconds. Default 2000. */
  readonly timeoutMs?: number
  /** Longest wait of one step of pruning, scanning, statistics or making the table, milliseconds. Default 30 000. */
  readonly maintenanceTimeoutMs?: number
  /** Most connections of the store's own. Default 10. */
  readonly maxConnections?: number
  /** `false` behind a pooler in transaction mode that knows no prepared statements. Default `true`. */
  readonly prepare?: boolean
  /** What else `postgres()` takes, such as `ssl`. Only with `url`. */
  readonly driverOptions?: Readonly<Record<string, unknown>>
}

export interface ResolvedPostgresStoreOptions {
  readonly url: string | undefined
  readonly client: PostgresClient | undefined
  readonly schema: string
  readonly table: string
  readonly createTable: boolean
  readonly timeoutMs: number
  readonly maintenanceTimeoutMs: number
  readonly maxConnections: number
  readonly prepare: boolean
  readonly driverOptions: Readonly<Record<string, unknown>>
}

const NAMES = [
  'url',
  'client',
  'schema',
  'table',
  'createTable',
  'timeoutMs',
  'maintenanceTimeoutMs',
  'maxConnections',
  'prepare',
  'driverOptions',
]
const DAY_MS = 86_400_000
/** PostgreSQL cuts names at 63 bytes; the longest name made of `table` has 15 more. */
const MAX_NAME_BYTES = 48

/** @throws {TypeError} Names every option that is wrong. */
export function resolvePostgresStoreOptions(options: PostgresStoreOptions): ResolvedPostgresStoreOptions {
  const resolved = {
    url: options.url,
    client: options.client,
    schema: options.schema ?? 'public',
    table: options.table ?? 'keyturn_sessions',
    createTable: options.createTable ?? true,
    timeoutMs: options.timeoutMs ?? 2000,
    maintenanceTimeoutMs: options.maintenanceTimeoutMs ?? 30_000,
    maxConnections: options.maxConnections ?? 10,
    prepare: options.prepare ?? true,
    driverOptions: options.driverOptions ?? {},
  }
  assertNoProblems('createPostgresStore', [
    unknownNames(options, NAMES),
    oneGiven('url', resolved.url, 'client', resolved.client),
    resolved.url === undefined ? undefined : postgresUrl(resolved.url),
    resolved.client === undefined || typeof resolved.client.unsafe === 'function'
      ? undefined
      : 'client must be an instance of the postgres package',
    name('schema', resolved.schema),
    name('table', resolved.table),
    wholeNumber('timeoutMs', resolved.timeoutMs, { min: 1, max: DAY_MS }),
    wholeNumber('maintenanceTimeoutMs', resolved.maintenanceTimeoutMs, { min: 1, max: DAY_MS }),
    wholeNumber('maxConnections', resolved.maxConnections, { min: 1, max: 1000 }),
  ])
  return Object.freeze(resolved)
}

/** The URL holds a password: it is not quoted. */
function postgresUrl(url: unknown): Problem {
  const known = typeof url === 'string' && /^postgres(ql)?:\/\//.test(url)
  return known ? undefined : 'url must begin with postgres:// or postgresql://'
}

function name(option: string, value: unknown): Problem {
  const problem = text(option, value)
  if (problem !== undefined) return problem
  const bytes = Buffer.byteLength(value as string)
  if (bytes > MAX_NAME_BYTES) return `${option} must have at most ${MAX_NAME_BYTES} bytes`
  return (value as string).includes('\0') ? `${option} must not hold a zero byte` : undefined
}
