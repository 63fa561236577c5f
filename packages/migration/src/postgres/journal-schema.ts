import type { RunStatement } from './postgres-client.ts'
import { quoteName } from './sql-text.ts'

export interface JournalNames {
  readonly jobs: string
  readonly claims: string
  /** Where cleared values are kept. */
  readonly cleared: string
}

export function journalNames(schema: string): JournalNames {
  const inSchema = (name: string): string => `${quoteName(schema)}.${quoteName(name)}`
  return Object.freeze({
    jobs: inSchema('keyturn_migration_jobs'),
    claims: inSchema('keyturn_migration_claims'),
    cleared: inSchema('keyturn_migration_cleared'),
  })
}

/** Any number, the same in every process: two that make the tables at once must not collide. */
const SCHEMA_LOCK = '7310033282131095139'

function journalStatements({ jobs, claims, cleared }: JournalNames): string[] {
  return [
    `create table if not exists ${jobs} (
  format smallint not null default 1,
  job text primary key,
  fingerprint text not null,
  pass integer not null,
  frontier text[],
  exhausted boolean not null,
  finished boolean not null,
  tally jsonb,
  changed_at timestamptz not null default clock_timestamp()
)`,
    `create table if not exists ${claims} (
  id bigint generated always as identity primary key,
  job text not null references ${jobs} on delete cascade,
  after_key text[],
  up_to_key text[] not null,
  worker integer not null,
  claimed_at timestamptz not null default clock_timestamp(),
  tally jsonb
)`,
    `create index if not exists keyturn_migration_claims_open on ${claims} (job, id) where tally is null`,
    `create table if not exists ${cleared} (
  id bigint generated always as identity primary key,
  job text not null,
  key text[] not null,
  reason text not null,
  key_id text,
  value_text text,
  value_bytes bytea,
  cleared_at timestamptz not null default clock_timestamp()
)`,
  ]
}

/** The SQL that makes the journal, for a role that may not; it then needs SELECT, INSERT, UPDATE and DELETE on the tables. */
export function migrationSchemaSql(options: { readonly schema?: string } = {}): string {
  const statements = journalStatements(journalNames(options.schema ?? 'public'))
  return statements.map((statement) => `${statement};\n`).join('')
}

/** Within a transaction. */
export async function makeJournal(run: RunStatement, names: JournalNames): Promise<void> {
  const [there] = await run(`select to_regclass($1::text) is not null and to_regclass($2::text) is not null`, [
    names.claims,
    names.cleared,
  ])
  if (there?.[0] === true) return
  await run(`select pg_advisory_xact_lock(${SCHEMA_LOCK})`)
  for (const statement of journalStatements(names)) await run(statement)
}
