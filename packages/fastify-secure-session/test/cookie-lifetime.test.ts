import { createMemoryStore } from '@keyturn/session-stores/memory'
import t, { type Test } from 'tap'
import { COOKIE_NAME, plainRoutes, type Routes, secureApp, type SecureAppOptions, type TestApp } from './fixtures/apps.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const routes: Routes = (app) => {
  plainRoutes(app)
  app.get('/max-age/:ms', async (request) => {
    request.session.cookie.maxAge = Number((request.params as { ms: string }).ms)
    return 'set'
  })
  app.get('/options/:ms', async (request) => {
    request.session.options({ maxAge: Number((request.params as { ms: string }).ms) })
    return 'set'
  })
  app.get('/expires/:at', async (request) => {
    request.session.cookie.expires = new Date(Number((request.params as { at: string }).at))
    return 'set'
  })
  app.get('/touch', async (request) => {
    request.session.touch()
    return 'touched'
  })
  app.get('/remembered', async (request) => {
    await request.signIn('ada')
    request.session.cookie.maxAge = 2 * HOUR_MS
    return 'signed in'
  })
  app.get('/saved-at-once/:ms', async (request) => {
    request.session.cookie.maxAge = Number((request.params as { ms: string }).ms)
    await request.session.save()
    return 'saved'
  })
}

interface Expiry {
  readonly cookie: number
  readonly record: number
}

async function start(t: Test, options: Omit<SecureAppOptions, 'folder'> = {}) {
  const browser = await secureApp(createMemoryStore({ environment: 'test' }), { folder: t.testdir(), idleTimeoutMs: HOUR_MS, ...options }, routes)
  t.teardown(() => browser.close())
  return browser
}

/** What the browser and what the store were told last; they agree to the second, which is all a cookie can say. */
async function expiryOf(t: Test, browser: TestApp): Promise<Expiry> {
  const cookie = Date.parse(/Expires=([^;]+)/.exec(browser.jar.received.at(-1) ?? '')?.[1] ?? '')
  let record = 0
  for await (const stored of browser.store.scan?.() ?? []) record = stored.record.expiresAt
  t.ok(Math.abs(cookie - record) < 1000, `cookie ${cookie} and record ${record} agree`)
  return { cookie, record }
}

function isAbout(t: Test, value: number, [earliest, latest]: readonly [number, number], lifetimeMs: number): void {
  t.ok(value >= earliest + lifetimeMs - 1000 && value <= latest + lifetimeMs + 1000, `${value - earliest} after the request is about ${lifetimeMs}`)
}

for (const [how, url] of [
  ['session.cookie.maxAge', `/max-age/${2 * HOUR_MS}`],
  ['session.options', `/options/${2 * HOUR_MS}`],
  ['session.cookie.maxAge and session.save', `/saved-at-once/${2 * HOUR_MS}`],
] as const) {
  t.test(`${how} sets the idle timeout of this session, in cookie and record, from now on`, async (t) => {
    const browser = await start(t, { touchIntervalMs: 0 })
    await browser.get('/set/user/ada')
    const first = Date.now()
    await browser.get(url)
    isAbout(t, (await expiryOf(t, browser)).record, [first, Date.now()], 2 * HOUR_MS)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const second = Date.now()
    await browser.get('/set/user/grace')
    isAbout(t, (await expiryOf(t, browser)).record, [second, Date.now()], 2 * HOUR_MS)
  })
}

t.test('a session that was saved at once has its cookie with the reply', async (t) => {
  const browser = await start(t)
  await browser.get('/set/user/ada')
  const began = Date.now()
  await browser.get(`/saved-at-once/${2 * HOUR_MS}`)
  isAbout(t, (await expiryOf(t, browser)).cookie, [began, Date.now()], 2 * HOUR_MS)
})

t.test('what is written right after signing in counts', async (t) => {
  const browser = await start(t)
  const began = Date.now()
  await browser.get('/remembered')
  isAbout(t, (await expiryOf(t, browser)).record, [began, Date.now()], 2 * HOUR_MS)
})

t.test('session.cookie.expires sets one date', async (t) => {
  const browser = await start(t)
  await browser.get('/set/user/ada')
  const at = Date.now() + 5 * MINUTE_MS
  await browser.get(`/expires/${at}`)
  t.equal((await expiryOf(t, browser)).record, at)
  t.equal((await browser.get('/read')).json().user, 'ada')
})

t.test('session.touch moves the expiry at once, also where use does not', async (t) => {
  const browser = await start(t, { sliding: false })
  await browser.get('/set/user/ada')
  const { record } = await expiryOf(t, browser)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await browser.get('/read')
  t.equal((await expiryOf(t, browser)).record, record)
  await browser.get('/touch')
  t.ok((await expiryOf(t, browser)).record > record)
})

t.test('no wish goes beyond the absolute timeout', async (t) => {
  const browser = await start(t, { absoluteTimeoutMs: 90 * MINUTE_MS })
  const began = Date.now()
  await browser.get('/set/user/ada')
  await browser.get(`/max-age/${30 * 24 * HOUR_MS}`)
  isAbout(t, (await expiryOf(t, browser)).record, [began, Date.now()], 90 * MINUTE_MS)
})

t.test('a lifetime that is over ends the session', async (t) => {
  for (const url of ['/max-age/0', `/expires/${Date.now() - 1000}`]) {
    const browser = await start(t)
    await browser.get('/set/user/ada')
    await browser.get(url)
    t.equal(browser.jar.get(COOKIE_NAME), undefined)
    t.equal((await browser.store.statistics?.())?.total, 0)
  }
})

t.test('a lifetime alone makes no session of a visitor', async (t) => {
  const browser = await start(t)
  await browser.get(`/max-age/${HOUR_MS}`)
  t.equal(browser.jar.size, 0)
  t.equal((await browser.store.statistics?.())?.total, 0)
})
