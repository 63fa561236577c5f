import type { Clock } from '@keyturn/token-crypto'
import type { PostgresClient, Values } from '../postgres/postgres-client.ts'
import { toMigrationError } from '../postgres/postgres-errors.ts'
import { quoteName } from '../postgres/sql-text.ts'
import type { LegacyStore } from './legacy-store.ts'
import { createTableReader, type SessionRow } from './sql-sessions.ts'

export interface ConnectPgSimpleOptions {
  /** An instance of the `postgres` package. Its time zone must be that of the old application: the table has none. */
  readonly client: Pick<PostgresClient, 'unsafe'>
  /** As given to connect-pg-simple. Default `public`. */
  readonly schema?: string
  /** As given to connect-pg-simple. Default `session`. */
  readonly table?: string
  readonly clock?: Clock
}

/**
 * Sessions of connect-pg-simple.
 *
 * @see https://github.com/voxpelli/node-connect-pg-simple
 */
export function createConnectPgSimpleReader(options: ConnectPgSimpleOptions): LegacyStore {
  const { client, schema = 'public', table = 'session', clock } = options
  const name = `${quoteName(schema)}.${quoteName(table)}`
  // "C": the order of bytes, the same for the page and for what comes after it.
  const columns = `sid, sess::text, extract(epoch from expire::timestamptz)::float8 * 1000`

  async function run(statement: string, parameters: (string | number)[]): Promise<Values> {
    try {
      return await client.unsafe(statement, parameters.map(String)).values()
    } catch (error) {
      throw toMigrationError(error)
    }
  }

  const set = `sess = $2::text::json, expire = to_timestamp($3::text::float8 / 1000)`
  const store = {
    name: 'connect-pg-simple',
    async select(id: string) {
      const [row] = await run(`select ${columns} from ${name} where sid = $1::text`, [id])
      return row === undefined ? undefined : toRow(row)
    },
    async page(after: string, limit: number) {
      const rows = await run(
        `select ${columns} from ${name} where sid collate "C" > $1::text collate "C" order by sid collate "C" limit $2::text::integer`,
        [after, limit],
      )
      return rows.map(toRow)
    },
    async upsert(id: string, json: string, expiresAt: number) {
      await run(
        `insert into ${name} (sid, sess, expire) values ($1::text, $2::text::json, to_timestamp($3::text::float8 / 1000))
         on conflict (sid) do update set ${set}`,
        [id, json, expiresAt],
      )
    },
    async update(id: string, json: string, expiresAt: number) {
      await run(`update ${name} set ${set} where sid = $1::text`, [id, json, expiresAt])
    },
    async remove(id: string) {
      return (await run(`delete from ${name} where sid = $1::text returning sid`, [id])).length > 0
    },
  }
  return createTableReader(store, clock)
}

function toRow([id, json, expiresAt]: readonly unknown[]): SessionRow {
  return { id: id as string, json, expiresAt: expiresAt as number }
}
