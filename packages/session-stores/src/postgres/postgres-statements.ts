import type { PostgresNames } from './postgres-names.ts'

/** The text of every statement of one table. */
export interface PostgresStatements {
  readonly get: string
  readonly getMany: string
  readonly insert: string
  readonly insertMany: string
  readonly upsert: string
  readonly replace: string
  readonly replaceMany: string
  readonly putNewer: string
  readonly findLive: string
  readonly touch: string
  readonly destroy: string
  readonly page: string
  readonly listByOwner: string
  readonly destroyByOwner: string
  readonly prune: string
  readonly statistics: string
}

/**
 * Names of one word: an application's client may rewrite others. Whole milliseconds, also of a row that was written by
 * hand with the microseconds of PostgreSQL.
 */
const RECORD =
  'sealed, key_id as kid, version, owner_tag as tag,' +
  ' floor(extract(epoch from created_at) * 1000)::float8 as created,' +
  ' floor(extract(epoch from expires_at) * 1000)::float8 as expires'
const COLUMNS = 'key, sealed, key_id, version, owner_tag, expires_at, created_at'
const VALUES = '$1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000), to_timestamp($7::float8 / 1000)'
const FROM_EXCLUDED =
  'sealed = excluded.sealed, key_id = excluded.key_id, version = excluded.version, owner_tag = excluded.owner_tag,' +
  ' created_at = excluded.created_at, expires_at = excluded.expires_at'

/** Rows of one parameter: what stands between its commas. */
function toColumn(parameter: number): string {
  return `string_to_table($${parameter}::text collate "C", ',')`
}

/**
 * Rows that are given. Columns travel as text, so that one prepared statement serves every number of rows; cutting a text
 * at its commas is several times faster than reading an array. An empty text has no row, be it all that a single row holds.
 *
 * @param seventh - What the last column is, and its type.
 */
function givenRows(seventh: string): string {
  return (
    "select decode(key, 'hex') as key, decode(coalesce(sealed, ''), 'hex') as sealed, decode(key_id, 'hex') as key_id," +
    " version::integer, decode(nullif(owner_tag, ''), 'hex') as owner_tag, to_timestamp(expires::float8 / 1000) as expires_at," +
    ` ${seventh} from rows from (${[1, 2, 3, 4, 5, 6, 7].map(toColumn).join(', ')})` +
    ' as given (key, sealed, key_id, version, owner_tag, expires, seventh) where key is not null'
  )
}

/** In the order of keys: two such statements wait for each other, and do not lock each other out. */
const NEW_ROWS: string = `${givenRows('to_timestamp(seventh::float8 / 1000) as created_at')} order by 1`

export function createPostgresStatements({ table, lock }: PostgresNames): PostgresStatements {
  return Object.freeze({
    get: `select ${RECORD} from ${table} where key = $1 and expires_at > now()`,
    getMany: `select encode(key, 'hex') as hex, ${RECORD} from ${table} where key = any ($1::text::bytea[]) and expires_at > now()`,
    insert:
      `insert into ${table} as t (${COLUMNS}) values (${VALUES})` +
      ` on conflict (key) do update set ${FROM_EXCLUDED} where t.expires_at <= now()`,
    insertMany:
      `insert into ${table} as t (${COLUMNS}) ${NEW_ROWS}` +
      ` on conflict (key) do update set ${FROM_EXCLUDED} where t.expires_at <= now() returning encode(key, 'hex') as hex`,
    upsert:
      `insert into ${table} (${COLUMNS}) values (${VALUES}) on conflict (key) do update set ${FROM_EXCLUDED}`,
    // What was there is looked at only when nothing was written, under a lock: it tells what is there now, and not
    // what was there when the statement began.
    replace:
      `with written as (update ${table} set sealed = $2, key_id = $3, version = $4, owner_tag = $5,` +
      ' expires_at = to_timestamp($6::float8 / 1000) where key = $1 and version = $7 and expires_at > now()' +
      ' returning true as stored)' +
      ' select stored from written union all select false from (select true from' +
      ` ${table} where key = $1 and expires_at > now() and not exists (select from written) for key share) as other`,
    // A row that somebody holds is passed over, and waited for by nobody but who asked for it: `replace` is for that.
    replaceMany:
      `with free as materialized (select key, version from ${table} where key = any ($8::text::bytea[]) and expires_at > now()` +
      ` for no key update skip locked), given as materialized (${givenRows('seventh::integer as expected')})` +
      ` update ${table} as t set sealed = given.sealed, key_id = given.key_id, version = given.version,` +
      ' owner_tag = given.owner_tag, expires_at = given.expires_at from free join given' +
      " on given.key = free.key and given.expected = free.version where t.key = free.key returning encode(t.key, 'hex') as hex",
    putNewer:
      `insert into ${table} as t (${COLUMNS}) ${NEW_ROWS}` +
      ` on conflict (key) do update set ${FROM_EXCLUDED} where t.expires_at <= now()` +
      ' or (t.created_at, t.version) < (excluded.created_at, excluded.version)' +
      ' or (t.created_at = excluded.created_at and t.version = excluded.version and t.sealed = excluded.sealed' +
      ' and t.expires_at < excluded.expires_at)',
    findLive: `select key from ${table} where key = any ($1::text::bytea[]) and expires_at > now()`,
    touch: `update ${table} set expires_at = to_timestamp($2::float8 / 1000) where key = $1 and expires_at > now()`,
    destroy: `delete from ${table} where key = $1`,
    page: `select key, ${RECORD} from ${table} where key > $1 and expires_at > now() order by key limit $2`,
    listByOwner:
      `select key, ${RECORD} from ${table} where owner_tag = $1 and expires_at > now() order by created_at desc`,
    destroyByOwner:
      `with ended as (delete from ${table} where owner_tag = $1 and key <> $2 returning expires_at > now() as live)` +
      ' select count(*) filter (where live)::float8 as ended from ended',
    // Who does not get the lock removes nothing: one instance at a time is enough.
    prune:
      `with turn as materialized (select pg_try_advisory_xact_lock(${lock}) as mine), expired as materialized (` +
      `select key from ${table} where (select mine from turn)` +
      " and expires_slot <= date_bin('10 minutes', now(), timestamptz '1970-01-01 00:00:00+00')" +
      ' and expires_at <= now() order by expires_slot limit $1 for update skip locked),' +
      ` gone as (delete from ${table} as t using expired where t.key = expired.key returning true)` +
      ' select count(*)::float8 as removed from gone',
    statistics:
      "select encode(key_id, 'hex') as kid, expires_at > now() as live, count(*)::float8 as sessions," +
      ` sum(octet_length(sealed))::float8 as bytes from ${table} group by key_id, expires_at > now()`,
  })
}
