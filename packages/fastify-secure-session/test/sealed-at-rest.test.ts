import { createPostgresStore } from '@keyturn/session-stores/postgres'
import connect from 'postgres'
import t from 'tap'
import { COOKIE_NAME, secureApp, sessionOf } from './fixtures/apps.ts'
import { usePostgres } from './fixtures/postgres.ts'

const postgres = usePostgres()

t.test('the sessions table shows neither data, nor user, nor the id that the cookie carries', async (t) => {
  const url = (await postgres.server.createDatabase()).url
  const store = createPostgresStore({ url })
  const sql = connect(url, { max: 1 })
  const browser = await secureApp(store, { folder: t.testdir() }, (app) => {
    app.get('/sign-in/:user', async (request) => {
      const { user } = request.params as { user: string }
      await request.signIn(user)
      sessionOf(request).note = `a secret note of ${user}`
      return 'signed in'
    })
    app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null, note: sessionOf(request).note ?? null }))
  })
  t.teardown(async () => {
    await browser.close()
    await store.close()
    await sql.end()
  })
  await browser.get('/sign-in/ada@example.com')
  const value = decodeURIComponent(browser.jar.get(COOKIE_NAME) ?? '')
  const id = value.slice(0, value.lastIndexOf('.'))

  const [table] = await sql<{ name: string }[]>`
    SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.columns
    WHERE column_name LIKE '%sealed%' AND table_schema NOT IN ('pg_catalog', 'information_schema')`
  const rows = await sql`SELECT * FROM ${sql.unsafe(table?.name ?? '')}`
  t.equal(rows.length, 1)
  const bytes = Buffer.concat(
    Object.values(rows[0] ?? {}).map((column) => (Buffer.isBuffer(column) ? column : Buffer.from(String(column)))),
  )
  for (const secret of ['ada@example.com', 'ada', 'secret note', 'note', id, value]) {
    t.notOk(bytes.includes(secret), 'not in clear')
    t.notOk(bytes.includes(Buffer.from(secret).toString('hex')), 'nor in hexadecimal')
    t.notOk(bytes.includes(Buffer.from(secret).toString('base64').replaceAll('=', '')), 'nor in base64')
  }
  t.notOk(bytes.includes(Buffer.from(id, 'base64url')), 'nor the bytes of the id')

  t.test('a row whose data was copied to another key does not open', async (t) => {
    const victim = browser.jar.get(COOKIE_NAME) ?? ''
    browser.jar.set(COOKIE_NAME, '')
    await browser.get('/sign-in/mallory')
    const [column] = await sql<{ name: string }[]>`
      SELECT column_name AS name FROM information_schema.columns WHERE column_name LIKE '%sealed%'`
    const name = sql(column?.name ?? '')
    const from = sql.unsafe(table?.name ?? '')
    // Mallory, who can write the database, puts the sealed session of ada under a key of her own.
    const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`SELECT count(*)::int AS count FROM ${from}`
    t.equal(count, 2)
    await sql`UPDATE ${from} SET ${name} = (SELECT ${name} FROM ${from} ORDER BY created_at LIMIT 1)`
    t.strictSame((await browser.get('/me')).json(), { userId: null, note: null })
    browser.jar.set(COOKIE_NAME, victim)
    t.match((await browser.get('/me')).json(), { userId: 'ada@example.com' }, 'under its own key it opens')
  })
})
