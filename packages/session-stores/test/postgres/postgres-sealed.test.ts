import { startPostgres } from '@keyturn/testing/postgres'
import { createOwnerTag, OpenError } from '@keyturn/token-crypto'
import postgres from 'postgres'
import t from 'tap'
import { createPostgresStore, createSealedSessions, toStoreKey } from '../../src/index.ts'
import { freshKeyring } from '../fixtures/keyrings.ts'

const server = await startPostgres()
const sql = postgres(server.url, { onnotice: () => undefined })
const store = createPostgresStore({ url: server.url })
const keyring = freshKeyring()
const sessions = createSealedSessions({ store, keyring })
const expiresAt = Date.now() + 3_600_000
t.teardown(async () => {
  await Promise.all([store.close(), sql.end()])
  await server.stop()
})

t.test('a row shows neither data, nor user, nor the id that the cookie carries', async (t) => {
  const [id, userId, secret] = ['Zk3-session-id-of-the-cookie', 'anna@example.org', 'a-very-private-note']
  await sessions.create(id, { data: { note: secret }, meta: { userId }, expiresAt })
  const rows = await sql`select * from keyturn_sessions`
  t.equal(rows.length, 1)
  const bytes = Buffer.concat(Object.values(rows[0] ?? {}).map((value) => Buffer.isBuffer(value) ? value : Buffer.from(String(value))))
  for (const text of [id, userId, secret]) {
    for (const form of [text, Buffer.from(text).toString('base64'), Buffer.from(text).toString('hex')]) {
      t.notOk(bytes.includes(form))
    }
  }
  t.ok(toStoreKey(id).equals(rows[0]?.['key'] as Buffer))
  t.ok(createOwnerTag(keyring.current, userId).equals(rows[0]?.['owner_tag'] as Buffer))
})

t.test('a row’s data copied to another key does not open', async (t) => {
  await sessions.create('victim', { data: { admin: false }, expiresAt })
  await sessions.create('admin', { data: { admin: true }, expiresAt })
  const [victim, admin] = [toStoreKey('victim'), toStoreKey('admin')]
  await sql`update keyturn_sessions set sealed = (select sealed from keyturn_sessions where key = ${admin}) where key = ${victim}`
  await t.rejects(sessions.load('victim'), OpenError)
  t.strictSame((await sessions.load('admin'))?.data, { admin: true })
  const planted = toStoreKey('planted')
  await sql`insert into keyturn_sessions (key, sealed, key_id, version, owner_tag, created_at, expires_at)
    select ${planted}, sealed, key_id, version, owner_tag, created_at, expires_at from keyturn_sessions where key = ${admin}`
  await t.rejects(sessions.load('planted'), OpenError)
})

t.test('one changed bit anywhere in what is sealed does not open', async (t) => {
  await sessions.create('bits', { data: { a: 1 }, expiresAt })
  const key = toStoreKey('bits')
  const [row] = await sql`select sealed from keyturn_sessions where key = ${key}`
  const sealed = row?.['sealed'] as Buffer
  for (const at of [0, 5, 20, 40, sealed.length - 20, sealed.length - 1]) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] as number) ^ 1
    await sql`update keyturn_sessions set sealed = ${changed} where key = ${key}`
    await t.rejects(sessions.load('bits'), { code: at === 5 ? 'KEYTURN_UNKNOWN_KEY' : 'KEYTURN_CANNOT_OPEN' })
  }
  await sql`update keyturn_sessions set sealed = ${sealed} where key = ${key}`
  t.ok(await sessions.load('bits'))
})

t.test('four concurrent writers keep four keys', async (t) => {
  await sessions.create('four', { data: {}, expiresAt })
  const loaded = await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => ({ name, session: await sessions.load('four') })))
  await Promise.all(loaded.map(async ({ name, session }) =>
    session && sessions.save(session, { data: { ...session.data, [name]: 1 }, expiresAt })))
  t.strictSame(Object.keys((await sessions.load('four'))?.data ?? {}).sort(), ['a', 'b', 'c', 'd'])
})
