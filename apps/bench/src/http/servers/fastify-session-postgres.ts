import type { SessionStore } from '@fastify/session'
import type { Session } from 'fastify'
import postgres from 'postgres'
import { serveFastifySession } from '../app/serve-fastify-session.ts'
import { POSTGRES_CONNECTIONS, readServerSettings } from '../app/server-settings.ts'

const settings = readServerSettings()
const sql = postgres(settings.postgresUrl, { max: POSTGRES_CONNECTIONS, onnotice: () => {} })
await sql`create table if not exists sessions (id text primary key, data json not null, expires_at timestamptz not null)`

// The store that one writes in an afternoon: JSON, one SELECT, one upsert.
const store: SessionStore = {
  get(id, callback) {
    sql<{ data: Session }[]>`select data from sessions where id = ${id} and expires_at > now()`.then(
      (rows) => callback(null, rows[0]?.data ?? null),
      callback,
    )
  },
  set(id, session, callback) {
    const expiresAt = new Date(Date.now() + settings.idleTimeoutMs)
    sql`
      insert into sessions (id, data, expires_at) values (${id}, ${JSON.stringify(session)}::text::json, ${expiresAt})
      on conflict (id) do update set data = excluded.data, expires_at = excluded.expires_at
    `.then(() => callback(), callback)
  },
  destroy(id, callback) {
    sql`delete from sessions where id = ${id}`.then(() => callback(), callback)
  },
}

await serveFastifySession(settings, store)
