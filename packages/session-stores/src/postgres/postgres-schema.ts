import { StoreSchemaError } from '../errors.ts'
import type { PostgresConnections } from './postgres-client.ts'
import type { PostgresTransaction, Rows } from './postgres-driver.ts'
import { isForbidden, isMissingTable, toStoreError } from './postgres-errors.ts'
import { createPostgresNames, type PostgresNames } from './postgres-names.ts'

/**
 * Each entry brings the table from the version before to the next.
 *
 * `expires_slot` is the expiry rounded down to ten minutes. Only it is indexed, so most touches change no indexed
 * column and PostgreSQL updates the row in its page without writing to an index (HOT); free space in each page
 * (`fillfactor`) leaves room for that. Sealed bytes do not compress, so nothing tries (`external`).
 */
const MIGRATIONS: readonly ((names: PostgresNames) => readonly string[])[] = [
  ({ table, ownerIndex, expiryIndex }) => [
    `create table ${table} (
  created_at timestamptz not null,
  expires_at timestamptz not null,
  expires_slot timestamptz not null
    generated always as (date_bin('10 minutes', expires_at, timestamptz '1970-01-01 00:00:00+00')) stored,
  version integer not null,
  key bytea primary key,
  key_id bytea not null,
  owner_tag bytea,
  sealed bytea not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)`,
    `alter table ${table} alter column sealed set storage external`,
    `create index ${ownerIndex} on ${table} (owner_tag) where owner_tag is not null`,
    `create index ${expiryIndex} on ${table} (expires_slot)`,
  ],
]
const LATEST = MIGRATIONS.length

/**
 * The SQL that makes the table, for a database in which the application's role may not. Afterwards that role needs
 * SELECT on both tables, and INSERT, UPDATE and DELETE on the first.
 */
export function postgresSchemaSql(options: { readonly schema?: string; readonly table?: string } = {}): string {
  const names = createPostgresNames({ schema: options.schema ?? 'public', table: options.table ?? 'keyturn_sessions' })
  return ['begin', schemaStep(names), ...stepsFrom(0, names), 'commit'].map((step) => `${step};\n`).join('')
}

export interface EnsureOptions {
  readonly connections: PostgresConnections
  readonly names: PostgresNames
  readonly createTable: boolean
  /** For one look. */
  readonly timeoutMs: number
  /** For making it. */
  readonly maintenanceTimeoutMs: number
}

/**
 * Makes the table, or brings it to the version of this package; nothing happens when it is there. Safe for any number
 * of processes at once: an advisory lock lets one of them do it.
 *
 * @throws {StoreSchemaError} KEYTURN_STORE_SCHEMA: it may not, or the table is newer than this package.
 */
export async function ensureSchema(options: EnsureOptions): Promise<void> {
  const { connections, names, createTable, timeoutMs, maintenanceTimeoutMs } = options
  const found = await readVersion(connections, names, timeoutMs)
  if (found === LATEST) return
  if (found > LATEST) throw newerTable(names)
  if (!createTable) throw missingTable(names, found)
  try {
    await connections.transaction((transaction) => migrate(transaction, names), maintenanceTimeoutMs)
  } catch (error) {
    throw isForbidden(error) ? missingTable(names, found) : error
  }
}

/** 0 when there is no table yet. */
async function readVersion(connections: PostgresConnections, names: PostgresNames, limitMs: number): Promise<number> {
  try {
    return toVersion(await connections.run(versionStatement(names), [names.table], limitMs))
  } catch (error) {
    if (isMissingTable(error)) return 0
    throw error
  }
}

async function migrate(transaction: PostgresTransaction, names: PostgresNames): Promise<void> {
  try {
    await transaction.unsafe(`select pg_advisory_xact_lock(${names.lock})`)
    // Whoever held the lock before may have done it all.
    const found = await readVersionUnderLock(transaction, names)
    if (found > LATEST) throw newerTable(names)
    if (!(await isThere(transaction, 'to_regnamespace', names.schema))) await transaction.unsafe(schemaStep(names))
    for (const step of stepsFrom(found, names)) await transaction.unsafe(step)
  } catch (error) {
    throw toStoreError(error)
  }
}

/** An error would end the transaction, so it looks before it reads. */
async function readVersionUnderLock(transaction: PostgresTransaction, names: PostgresNames): Promise<number> {
  if (!(await isThere(transaction, 'to_regclass', names.versions))) return 0
  return toVersion(await transaction.unsafe(versionStatement(names), [names.table]))
}

async function isThere(transaction: PostgresTransaction, find: string, name: string): Promise<boolean> {
  const rows = await transaction.unsafe(`select ${find}($1) is not null as there`, [name])
  return rows[0]?.['there'] === true
}

function versionStatement({ versions }: PostgresNames): string {
  return `select max(version) as version, to_regclass($1) is not null as there from ${versions}`
}

function toVersion(rows: Rows): number {
  return rows[0]?.['there'] === true ? Number(rows[0]['version'] ?? 0) : 0
}

/** Apart from the other steps: it needs a right on the whole database even when the schema is there. */
function schemaStep({ schema }: PostgresNames): string {
  return `create schema if not exists ${schema}`
}

function stepsFrom(found: number, names: PostgresNames): string[] {
  const { versions } = names
  const columns = 'version integer primary key, applied_at timestamptz not null default now()'
  const migrations = MIGRATIONS.slice(found).flatMap((migration, index) => [
    ...migration(names),
    `insert into ${versions} (version) values (${found + index + 1}) on conflict do nothing`,
  ])
  return [`create table if not exists ${versions} (${columns})`, ...migrations]
}

function missingTable(names: PostgresNames, found: number): StoreSchemaError {
  const what = found === 0 ? 'is not there' : `is of version ${found}, and this package needs ${LATEST}`
  return new StoreSchemaError(
    `The table ${names.table} ${what}. Run this as a role that may, and grant the application's role SELECT on both ` +
      `tables and INSERT, UPDATE, DELETE on ${names.table}:\n\n` +
      [schemaStep(names), ...stepsFrom(found, names)].map((step) => `${step};\n`).join(''),
  )
}

function newerTable(names: PostgresNames): StoreSchemaError {
  return new StoreSchemaError(
    `The table ${names.table} was made by a newer version of @keyturn/session-stores. Upgrade the package here too.`,
  )
}
