import type { Clock } from '@keyturn/token-crypto'
import type { LegacyStore } from './legacy-store.ts'
import { createTableReader, type SessionRow } from './sql-sessions.ts'

/** What is needed of a pool of `mysql2/promise`. */
export interface MysqlClient {
  query(statement: string, parameters: unknown[]): Promise<unknown>
}

export interface MysqlSessionsOptions {
  readonly client: MysqlClient
  /** As given to express-mysql-session. Default `sessions`. */
  readonly table?: string
  /** As given to express-mysql-session. */
  readonly columns?: { readonly id?: string; readonly expires?: string; readonly data?: string }
  readonly clock?: Clock
}

/**
 * Sessions of express-mysql-session, which Flowise uses with MySQL and MariaDB; expiry in whole seconds.
 *
 * @see https://github.com/chill117/express-mysql-session
 */
export function createMysqlReader({ client, table = 'sessions', columns = {}, clock }: MysqlSessionsOptions): LegacyStore {
  const name = quoteMysql(table)
  const id = quoteMysql(columns.id ?? 'session_id')
  const expires = quoteMysql(columns.expires ?? 'expires')
  const data = quoteMysql(columns.data ?? 'data')

  async function rows(statement: string, parameters: unknown[]): Promise<SessionRow[]> {
    const [found] = (await client.query(statement, parameters)) as [{ id: string; json: unknown; expires: number | string }[]]
    return found.map((row) => ({ id: row.id, json: toText(row.json), expiresAt: Number(row.expires) * 1000 }))
  }

  async function affected(statement: string, parameters: unknown[]): Promise<number> {
    const [result] = (await client.query(statement, parameters)) as [{ affectedRows: number }]
    return result.affectedRows
  }

  const selected = `select ${id} as id, ${data} as json, ${expires} as expires from ${name}`
  const toSeconds = (time: number): number => Math.ceil(time / 1000)
  const store = {
    name: 'express-mysql-session',
    select: async (sid: string) => (await rows(`${selected} where ${id} = ?`, [sid]))[0],
    page: (after: string, limit: number) => rows(`${selected} where ${id} > ? order by ${id} limit ?`, [after, limit]),
    async upsert(sid: string, json: string, expiresAt: number) {
      const statement =
        `insert into ${name} (${id}, ${expires}, ${data}) values (?, ?, ?) ` +
        `on duplicate key update ${expires} = values(${expires}), ${data} = values(${data})`
      await affected(statement, [sid, toSeconds(expiresAt), json])
    },
    async update(sid: string, json: string, expiresAt: number) {
      await affected(`update ${name} set ${expires} = ?, ${data} = ? where ${id} = ?`, [toSeconds(expiresAt), json, sid])
    },
    remove: async (sid: string) => (await affected(`delete from ${name} where ${id} = ?`, [sid])) > 0,
  }
  return createTableReader(store, clock)
}

function quoteMysql(text: string): string {
  return `\`${text.replaceAll('`', '``')}\``
}

function toText(json: unknown): unknown {
  return Buffer.isBuffer(json) ? json.toString('utf8') : json
}
