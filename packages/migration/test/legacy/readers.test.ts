import { DatabaseSync } from 'node:sqlite'
import { startMariadb } from '@keyturn/testing/mariadb'
import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import mysql from 'mysql2/promise'
import t, { type Test } from 'tap'
import {
  createConnectPgSimpleReader,
  createConnectRedisReader,
  createMemoryReader,
  createMysqlReader,
  createSqliteReader,
  type LegacySession,
  type LegacyStore,
} from '../../src/index.ts'
import { openDatabase } from '../support/accounts.ts'

const EXPIRES_AT = (Math.floor(Date.now() / 1000) + 3600) * 1000
const DATA = { passport: { user: 'änn "quoted" \\ 😀' }, cart: [1, null, { a: true }] }

/** A session as the old library writes it itself. */
type Plant = (id: string, json: string, expiresAt: number) => Promise<void>

async function list(store: LegacyStore): Promise<LegacySession[]> {
  const found: LegacySession[] = []
  for await (const session of store.scan()) found.push(session)
  return found.sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function behaves(t: Test, store: LegacyStore, plant: Plant, many = 2500): Promise<void> {
  const cookie = { originalMaxAge: 3_600_000, expires: new Date(EXPIRES_AT).toISOString(), httpOnly: true, path: '/x' }
  await plant('A-one_1', JSON.stringify({ cookie, ...DATA }), EXPIRES_AT)
  await plant('expired', JSON.stringify({ cookie: { ...cookie, expires: new Date(Date.now() - 1000).toISOString() } }), Date.now() - 2000)
  const read = await store.read('A-one_1')
  t.same(read?.data, DATA)
  t.same(read?.cookie, cookie)
  t.ok(Math.abs((read?.expiresAt ?? 0) - EXPIRES_AT) <= 1000, 'its expiry within a second')
  t.equal(await store.read('expired'), undefined)
  t.equal(await store.read('unknown'), undefined)
  t.equal(await store.read(`'; drop table sessions; --`), undefined)

  const later = EXPIRES_AT + 60_000
  await store.write({ id: 'A-one_1', data: { n: 2 }, expiresAt: later, cookie }, 'update')
  t.match(await store.read('A-one_1'), { data: { n: 2 }, cookie: { ...cookie, expires: new Date(later).toISOString() } })
  await store.write({ id: 'ended', data: { n: 3 }, expiresAt: later }, 'update')
  t.equal(await store.read('ended'), undefined, 'an update brings nothing back')
  await store.write({ id: 'made', data: { n: 4 }, expiresAt: later }, 'create')
  t.match(await store.read('made'), { data: { n: 4 }, cookie: { httpOnly: true, path: '/' } })
  t.equal(await store.destroy('made'), true)
  t.equal(await store.destroy('made'), false)

  for (let i = 0; i < many; i++) await plant(`id ${i}`, JSON.stringify({ cookie, i }), EXPIRES_AT)
  const found = await list(store)
  t.equal(found.length, many + 1)
  t.equal(new Set(found.map(({ id }) => id)).size, many + 1)
}

t.test('connect-redis', async (t) => {
  const server = await startRedis()
  const client = new Redis(server.url)
  t.teardown(async () => {
    await client.quit()
    await server.stop()
  })
  await client.set('other', 'not a session')
  await client.set('sess:[x]:broken', 'not json')
  const plant: Plant = async (id, json, expiresAt) => void (await client.set(`sess:[x]:${id}`, json, 'PX', Math.max(1, expiresAt - Date.now())))
  const store = createConnectRedisReader({ client, prefix: 'sess:[x]:' })
  const planted: Plant = async (id, json, expiresAt) => {
    await plant(id, json, expiresAt)
    if (expiresAt < Date.now()) await client.del(`sess:[x]:${id}`)
  }
  await behaves(t, store, planted)
  await client.set('sess:[x]:forever', JSON.stringify({ cookie: {}, n: 1 }))
  t.ok(((await store.read('forever'))?.expiresAt ?? 0) > Date.now() + 86_000_000, 'one day where nothing says when')
})

t.test('connect-redis on a server that does not know PEXPIRETIME', async (t) => {
  const json = JSON.stringify({ cookie: {}, n: 1 })
  const client = {
    async call(command: string): Promise<unknown> {
      if (command === 'PEXPIRETIME') throw new Error(`ERR unknown command 'PEXPIRETIME'`)
      return command === 'PTTL' ? 5000 : json
    },
  }
  const clock = { now: () => 1000, setTimer: () => () => undefined }
  t.same(await createConnectRedisReader({ client, clock }).read('x'), { id: 'x', data: { n: 1 }, expiresAt: 6000, cookie: {} })
})

t.test('connect-pg-simple', async (t) => {
  const { sql } = await openDatabase(t)
  await sql.unsafe(`create table "user sessions" (sid varchar not null collate "default" primary key, sess json not null, expire timestamp(6) not null)`)
  const plant: Plant = async (id, json, expiresAt) =>
    void (await sql`insert into "user sessions" values (${id}, ${json}::text::json, to_timestamp(${expiresAt / 1000}))`)
  await behaves(t, createConnectPgSimpleReader({ client: sql as never, table: 'user sessions' }), plant)
})

t.test('express-mysql-session on MariaDB', async (t) => {
  const server = await startMariadb()
  const { url } = await server.createDatabase()
  const client = mysql.createPool(url)
  t.teardown(async () => {
    await client.end()
    await server.stop()
  })
  await client.query(
    'create table `sessions` (`session_id` varchar(128) collate utf8mb4_bin not null primary key, `expires` int(11) unsigned not null, `data` mediumtext collate utf8mb4_bin)',
  )
  const plant: Plant = async (id, json, expiresAt) =>
    void (await client.query('insert into sessions (session_id, expires, data) values (?, ?, ?)', [id, Math.round(expiresAt / 1000), json]))
  await behaves(t, createMysqlReader({ client }), plant)
})

t.test('connect-sqlite3', async (t) => {
  const database = new DatabaseSync(':memory:')
  t.teardown(() => database.close())
  database.exec('create table sessions (sid primary key, expired, sess)')
  const statement = database.prepare('insert into sessions (sid, expired, sess) values (?, ?, ?)')
  const plant: Plant = async (id, json, expiresAt) => void statement.run(id, expiresAt, json)
  await behaves(t, createSqliteReader({ database }), plant)
})

t.test('the memory of @fastify/session and of express-session', async (t) => {
  const map = new Map<string, unknown>()
  await behaves(t, createMemoryReader({ sessions: map }), async (id, json) => void map.set(id, JSON.parse(json)))
  const sessions = Object.create(null) as Record<string, unknown>
  await behaves(t, createMemoryReader({ sessions }), async (id, json) => void (sessions[id] = json))
  const inherited = createMemoryReader({ sessions: {} })
  t.equal(await inherited.read('constructor'), undefined)
})
