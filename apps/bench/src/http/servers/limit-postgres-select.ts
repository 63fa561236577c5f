import Fastify from 'fastify'
import postgres from 'postgres'
import { refuse } from '../app/fastify-routes.ts'
import { giveKey, keyOf } from '../app/limit-key.ts'
import { createSampleSession, nextUserId } from '../app/sample-session.ts'
import { serveFastify } from '../app/serve-fastify.ts'
import { POSTGRES_CONNECTIONS, readServerSettings } from '../app/server-settings.ts'

// One SELECT by key of as many bytes, neither parsed nor verified.
const sql = postgres(readServerSettings().postgresUrl, { max: POSTGRES_CONNECTIONS, onnotice: () => {} })
await sql`create table if not exists items (key text primary key, value bytea not null)`
const app = Fastify()
app.get('/read', async (request, reply) => {
  const rows = await sql`select value from items where key = ${keyOf(request)}`
  return rows.length === 0 ? refuse(reply) : { name: 'Ada Lovelace' }
})
app.post<{ Querystring: { bytes: string } }>('/sign-in', async (request, reply) => {
  const key = nextUserId()
  const value = Buffer.from(JSON.stringify(createSampleSession(key, Number(request.query.bytes))))
  await sql`insert into items (key, value) values (${key}, ${value}) on conflict (key) do update set value = excluded.value`
  return giveKey(reply, key)
})

await serveFastify(app)
