import { StoreSchemaError } from '../errors.ts'
import type { PostgresConnections } from './postgres-client.ts'
import { isForbidden, toStoreError } from './postgres-errors.ts'
import { createPostgresNames, type PostgresNames } from './postgres-names.ts'

const ROWS = 'keyturn_tell'
const WHOLE = 'keyturn_tell_all'

/**
 * The SQL that lets a table tell of its changes, for a database in which the application's role may not make triggers.
 * Needed for a near cache only, on a table that is there.
 */
export function postgresFeedSql(options: { readonly schema?: string; readonly table?: string } = {}): string {
  const names = createPostgresNames({ schema: options.schema ?? 'public', table: options.table ?? 'keyturn_sessions' })
  return ['begin', ...feedSteps(names), 'commit'].map((step) => `${step};\n`).join('')
}

export interface EnsureFeedOptions {
  readonly connections: PostgresConnections
  readonly names: PostgresNames
  readonly createTable: boolean
  readonly timeoutMs: number
  readonly maintenanceTimeoutMs: number
}

/**
 * Makes the triggers where they are not; nothing happens where they are.
 *
 * @throws {StoreSchemaError} KEYTURN_STORE_SCHEMA: it may not.
 */
export async function ensureFeed(options: EnsureFeedOptions): Promise<void> {
  const { connections, names, createTable, timeoutMs, maintenanceTimeoutMs } = options
  const [found] = await connections.run(`select count(*)::int as triggers from ${enabledTriggers(1)}`, [names.table], timeoutMs)
  if (found?.['triggers'] === 2) return
  if (!createTable) throw missingTriggers(names)
  try {
    await connections.transaction(async (transaction) => {
      try {
        // Who writes to the table waits for this one, which waits for those before it: not for long.
        await transaction.unsafe(`set local lock_timeout = ${timeoutMs}`)
        await transaction.unsafe(`select pg_advisory_xact_lock(${names.lock})`)
        for (const step of feedSteps(names)) await transaction.unsafe(step)
      } catch (error) {
        throw toStoreError(error)
      }
    }, maintenanceTimeoutMs)
  } catch (error) {
    throw isForbidden(error) ? missingTriggers(names) : error
  }
}

/**
 * Sends `$2` through the channel `$1`, behind all that was committed before; one row while the table `$3` tells of its
 * changes, with its number, which another table of that name would not have.
 */
export const CONFIRM: string =
  'select place, pg_notify($1, $2) from (select tgrelid::text as place from' +
  ` ${enabledTriggers(3)} group by tgrelid having count(*) = 2) as told`

/** Of the table whose name is the parameter of that number. */
function enabledTriggers(parameter: number): string {
  return `(select tgrelid from pg_trigger where tgrelid = to_regclass($${parameter}) and tgname in ('${ROWS}', '${WHOLE}') and tgenabled = 'A') as enabled`
}

/**
 * A trigger tells of whatever writes to the table: instances without near cache, those of an older version, and people.
 * It is enabled always, for the changes that replication applies as well. A session that had expired when it was removed
 * is not told of: whoever keeps it knows its expiry. A new one is not, because nobody keeps an absence.
 */
function feedSteps({ schema, table, channel, teller }: PostgresNames): string[] {
  return [
    `create or replace function ${schema}.${teller}() returns trigger language plpgsql as $tell$
begin
  if tg_op = 'TRUNCATE' then
    perform pg_catalog.pg_notify('${channel}', '');
  elsif tg_op = 'UPDATE' or old.expires_at > pg_catalog.now() then
    perform pg_catalog.pg_notify('${channel}', pg_catalog.encode(old.key, 'base64'));
  end if;
  return null;
end
$tell$`,
    `create or replace trigger ${ROWS} after update or delete on ${table} for each row execute function ${schema}.${teller}()`,
    `create or replace trigger ${WHOLE} after truncate on ${table} for each statement execute function ${schema}.${teller}()`,
    `alter table ${table} enable always trigger ${ROWS}`,
    `alter table ${table} enable always trigger ${WHOLE}`,
  ]
}

function missingTriggers(names: PostgresNames): StoreSchemaError {
  return new StoreSchemaError(
    `The table ${names.table} does not tell of its changes, which a near cache needs. Run this as a role that may:\n\n` +
      feedSteps(names).map((step) => `${step};\n`).join(''),
  )
}
