import { createPostgresStore } from '@keyturn/session-stores/postgres'
import connect, { type Sql } from 'postgres'
import t, { type Test } from 'tap'
import { type Routes, secureApp, type SecureAppOptions, type TestApp } from './fixtures/apps.ts'
import { usePostgres } from './fixtures/postgres.ts'

// What a database administrator may try with UPDATE on the table of sessions.
const postgres = usePostgres()

const routes: Routes = (app) => {
  app.get('/sign-in/:user', async (request) => {
    await request.signIn((request.params as { user: string }).user)
    return 'signed in'
  })
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))
}

async function start(t: Test, options: Omit<SecureAppOptions, 'folder'> = {}): Promise<{ browser: TestApp; sql: Sql }> {
  const url = (await postgres.server.createDatabase()).url
  const store = createPostgresStore({ url })
  const sql = connect(url, { max: 1 })
  const browser = await secureApp(store, { folder: t.testdir(), ...options }, routes)
  t.teardown(async () => {
    await browser.close()
    await store.close()
    await sql.end()
  })
  return { browser, sql }
}

const userId = async (browser: TestApp): Promise<unknown> => (await browser.get('/me')).json().userId

t.test('an edited row does not outlive the absolute timeout', async (t) => {
  const timeoutMs = 5000
  const { browser, sql } = await start(t, { idleTimeoutMs: timeoutMs, absoluteTimeoutMs: timeoutMs })
  await browser.get('/sign-in/ada')
  // The session began before this moment, however long signing in took.
  const began = Date.now()
  await sql`UPDATE keyturn_sessions SET created_at = now() + interval '1 year', expires_at = now() + interval '2 years'`
  while (Date.now() - began <= timeoutMs) await new Promise((resolve) => setTimeout(resolve, 100))
  t.equal(await userId(browser), null)
  t.equal(browser.jar.size, 0)
  t.equal((await sql`SELECT 1 FROM keyturn_sessions`).length, 0, 'and it is gone')
})

t.test('an edited expiry is capped by the absolute timeout in the cookie that follows', async (t) => {
  const { browser, sql } = await start(t, { idleTimeoutMs: 600_000, absoluteTimeoutMs: 1_200_000, touchIntervalMs: 0 })
  const began = Date.now()
  await browser.get('/sign-in/ada')
  await sql`UPDATE keyturn_sessions SET expires_at = now() + interval '2 years', created_at = now() + interval '1 year'`
  await browser.rotate('while running')
  await browser.get('/me')
  const expires = Date.parse(/Expires=([^;]+)/.exec(browser.jar.received.at(-1) ?? '')?.[1] ?? '')
  t.ok(expires > began && expires <= Date.now() + 1_200_000, new Date(expires).toISOString())
})

t.test('a row that is tagged for somebody else, or for nobody, signs nobody in and is not listed as theirs', async (t) => {
  const { browser, sql } = await start(t)
  await browser.get('/sign-in/grace')
  browser.jar.set('sid', '')
  await browser.get('/sign-in/ada')
  const { sessions } = browser.app.secureSession
  const [ada] = await sessions.list('ada')
  if (ada === undefined) return t.fail('not listed')

  const [row] = await sql<{ owner_tag: Buffer }[]>`SELECT owner_tag FROM keyturn_sessions WHERE key = ${ada.key}`
  await sql`UPDATE keyturn_sessions SET owner_tag = (SELECT owner_tag FROM keyturn_sessions WHERE key <> ${ada.key}) WHERE key = ${ada.key}`
  t.equal(await userId(browser), null)
  t.equal((await sessions.list('grace')).length, 1)
  await sql`UPDATE keyturn_sessions SET owner_tag = NULL WHERE key = ${ada.key}`
  t.equal(await userId(browser), null, 'a session that "sign out everywhere" would miss is worth nothing')
  await sql`UPDATE keyturn_sessions SET owner_tag = ${row?.owner_tag ?? null} WHERE key = ${ada.key}`
  t.equal(await userId(browser), 'ada')
})
