import type { Clock } from '@keyturn/token-crypto'
import type { LegacyStore } from './legacy-store.ts'
import { createTableReader, type SessionRow } from './sql-sessions.ts'

/** What is needed of a `DatabaseSync` of `node:sqlite`, or of `better-sqlite3`. */
export interface SqliteDatabase {
  prepare(statement: string): {
    all(...parameters: (string | number)[]): unknown[]
    run(...parameters: (string | number)[]): { changes: number | bigint }
  }
}

export interface SqliteSessionsOptions {
  readonly database: SqliteDatabase
  /** As given to connect-sqlite3. Default `sessions`. */
  readonly table?: string
  readonly clock?: Clock
}

/**
 * Sessions of connect-sqlite3, which Flowise uses with SQLite; expiry in milliseconds.
 *
 * @see https://github.com/rawberg/connect-sqlite3
 */
export function createSqliteReader({ database, table = 'sessions', clock }: SqliteSessionsOptions): LegacyStore {
  const name = `"${table.replaceAll('"', '""')}"`
  const rows = (statement: string, ...parameters: (string | number)[]): SessionRow[] =>
    (database.prepare(statement).all(...parameters) as { id: string; json: unknown; expires: number | string }[]).map((row) => ({
      id: row.id,
      json: row.json,
      expiresAt: Number(row.expires),
    }))
  const run = (statement: string, ...parameters: (string | number)[]): number =>
    Number(database.prepare(statement).run(...parameters).changes)
  const selected = `select sid as id, sess as json, expired as expires from ${name}`
  const store = {
    name: 'connect-sqlite3',
    select: async (sid: string) => rows(`${selected} where sid = ?`, sid)[0],
    page: async (after: string, limit: number) => rows(`${selected} where sid > ? order by sid limit ?`, after, limit),
    async upsert(sid: string, json: string, expiresAt: number) {
      run(`insert or replace into ${name} (sid, expired, sess) values (?, ?, ?)`, sid, Math.ceil(expiresAt), json)
    },
    async update(sid: string, json: string, expiresAt: number) {
      run(`update ${name} set expired = ?, sess = ? where sid = ?`, Math.ceil(expiresAt), json, sid)
    },
    remove: async (sid: string) => run(`delete from ${name} where sid = ?`, sid) > 0,
  }
  return createTableReader(store, clock)
}
