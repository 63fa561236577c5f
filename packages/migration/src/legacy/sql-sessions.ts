import { type Clock, systemClock } from '@keyturn/token-crypto'
import type { LegacySession, LegacyStore } from './legacy-store.ts'
import { parseSessionJson, toSessionObject } from './session-json.ts'

/** A row of a table of sessions. */
export interface SessionRow {
  readonly id: string
  readonly json: unknown
  readonly expiresAt: number
}

/** The few statements that tell one table of sessions from another. */
export interface SessionTable {
  readonly name: string
  select(id: string): Promise<SessionRow | undefined>
  /** Rows with an id above `after`, in order of id. */
  page(after: string, limit: number): Promise<SessionRow[]>
  upsert(id: string, json: string, expiresAt: number): Promise<void>
  update(id: string, json: string, expiresAt: number): Promise<void>
  /** Resolves to whether a row was there. */
  remove(id: string): Promise<boolean>
}

const PAGE_SIZE = 1000

/** A table of sessions with the id, JSON as express-session writes it, and an expiry. */
export function createTableReader(table: SessionTable, clock: Clock = systemClock): LegacyStore {
  function toSession(row: SessionRow | undefined): LegacySession | undefined {
    if (row === undefined || row.expiresAt <= clock.now()) return undefined
    const parsed = parseSessionJson(row.json)
    if (parsed === undefined) return undefined
    const { data, cookie } = parsed
    const { id, expiresAt } = row
    return cookie === undefined ? { id, data, expiresAt } : { id, data, expiresAt, cookie }
  }

  return Object.freeze({
    name: table.name,
    read: async (id: string) => toSession(await table.select(id)),
    async write(session: LegacySession, mode: 'create' | 'update') {
      const json = JSON.stringify(toSessionObject(session, clock.now()))
      const statement = mode === 'update' ? table.update : table.upsert
      await statement(session.id, json, session.expiresAt)
    },
    destroy: (id: string) => table.remove(id),
    async *scan() {
      let after = ''
      for (;;) {
        const rows = await table.page(after, PAGE_SIZE)
        const last = rows.at(-1)
        if (last === undefined) return
        after = last.id
        for (const row of rows) {
          const session = toSession(row)
          if (session !== undefined) yield session
        }
      }
    },
  })
}
