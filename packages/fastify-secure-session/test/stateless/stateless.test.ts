import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { type SecureSessionOptions, secureSession, type SessionEvent, SessionsNotStoredError } from '../../src/index.ts'
import { sessionOf } from '../fixtures/apps.ts'
import { CookieJar, setCookieLines } from '../fixtures/cookies.ts'
import { unwatchedFile } from '../fixtures/unwatched-file.ts'

interface Browser {
  readonly app: FastifyInstance
  readonly jar: CookieJar
  get(url: string): Promise<LightMyRequestResponse>
}

function routes(app: FastifyInstance): void {
  app.get('/set/:name/:value', async (request) => {
    const { name, value } = request.params as { name: string; value: string }
    sessionOf(request)[name] = value
    return 'set'
  })
  app.get('/read', async (request) => {
    const { cookie: _cookie, ...data } = JSON.parse(JSON.stringify(request.session)) as Record<string, unknown>
    return data
  })
  app.get('/fill/:length', async (request) => {
    sessionOf(request).text = 'x'.repeat(Number((request.params as { length: string }).length))
    return 'filled'
  })
  app.get('/save/:length', async (request) => {
    sessionOf(request).text = 'x'.repeat(Number((request.params as { length: string }).length))
    const code = await request.session.save().then(() => 'saved', codeOf)
    delete sessionOf(request).text
    return code
  })
  app.get('/sign-in/:user', async (request) => {
    await request.signIn((request.params as { user: string }).user, { keep: ['basket'] })
    return 'signed in'
  })
  app.get('/sign-out', async (request) => request.signOut())
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null, id: request.session.sessionId }))
  app.get('/regenerate', async (request) => {
    await request.session.regenerate(['basket'])
    return 'regenerated'
  })
  app.get('/destroy', async (request) => {
    await request.session.destroy()
    return 'destroyed'
  })
  app.get('/reload', async (request) => request.session.reload().then(() => 'reloaded', codeOf))
  app.get('/bigint', async (request) => Object.assign(sessionOf(request), { n: 1n }).cookie)
  app.get('/max-age/:ms', async (request) => {
    request.session.cookie.maxAge = Number((request.params as { ms: string }).ms)
    return 'set'
  })
}

async function start(t: Test, options: SecureSessionOptions = {}, folder = t.testdir()): Promise<Browser> {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(secureSession, {
    stateless: true,
    environment: 'test',
    env: {},
    secrets: unwatchedFile(`${folder}/secrets/session-secrets.json`),
    ...options,
  })
  routes(app)
  const jar = new CookieJar()
  return {
    app,
    jar,
    async get(url) {
      const response = await app.inject({ url, headers: jar.headers })
      jar.take(response)
      return response
    },
  }
}

const codeOf = (error: unknown): string => (error as { code: string }).code
const userId = async (browser: Browser): Promise<unknown> => (await browser.get('/me')).json().userId
const expiryIn = (line = ''): number => Date.parse(/Expires=([^;]+)/.exec(line)?.[1] ?? '')

t.test('the cookie is the session: it survives the process, on any instance, without a store', async (t) => {
  const folder = t.testdir()
  const one = await start(t, {}, folder)
  await one.get('/set/basket/apples')
  await one.get('/sign-in/ada')
  const two = await start(t, {}, folder)
  const value = one.jar.get('sid') ?? ''
  two.jar.set('sid', value)
  t.equal(await userId(two), 'ada')
  t.strictSame((await two.get('/read')).json(), { basket: 'apples' })
  for (const secret of ['ada', 'apples', 'basket']) t.notOk(Buffer.from(value.slice(4), 'base64url').includes(secret), 'sealed')
})

t.test('production needs no store, and gets the strictest cookie', async (t) => {
  const app = fastify({ trustProxy: true })
  t.teardown(() => app.close())
  const env = { NODE_ENV: 'production', SESSION_SECRET: 'siYC7x-RtyWUk73DECXc6SNmXowUMWZag7ZQUPGQKBI' }
  await app.register(secureSession, { stateless: true, env })
  routes(app)
  const { headers } = await app.inject({ url: '/sign-in/ada', headers: { 'x-forwarded-proto': 'https' } })
  t.match(headers['set-cookie'], /^__Host-sid=kt1\.[\w-]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/)
})

t.test('a session that was only read sends no cookie', async (t) => {
  const browser = await start(t)
  await browser.get('/set/user/ada')
  t.strictSame(setCookieLines(await browser.get('/read')), [])
  t.equal((await browser.get('/read')).json().user, 'ada')
})

t.test('a rotation logs nobody out, and each cookie is sealed anew once', async (t) => {
  const browser = await start(t)
  await browser.get('/sign-in/ada')
  const before = browser.jar.get('sid')
  await browser.app.secureSession.rotate({ mode: 'immediate' })
  t.equal(await userId(browser), 'ada')
  t.not(browser.jar.get('sid'), before)
  t.strictSame(setCookieLines(await browser.get('/me')), [], 'once')
})

t.test('an instance that lags behind looks for the key, then leaves the cookie alone', async (t) => {
  const folder = t.testdir()
  const [ahead, behind] = [await start(t, {}, folder), await start(t, {}, folder)]
  await ahead.get('/set/a/1')
  await ahead.app.secureSession.rotate({ mode: 'immediate' })
  await ahead.get('/sign-in/ada')
  behind.jar.set('sid', ahead.jar.get('sid') ?? '')
  t.equal(await userId(behind), 'ada')
  const stranger = await start(t, {}, `${folder}/other`)
  stranger.jar.set('sid', ahead.jar.get('sid') ?? '')
  const response = await stranger.get('/me')
  t.equal(response.json().userId, null)
  t.strictSame(setCookieLines(response), [])
})

t.test('signing in gives a new id, signing out takes the cookie', async (t) => {
  const browser = await start(t)
  await browser.get('/set/basket/apples')
  const anonymous = (await browser.get('/me')).json().id
  await browser.get('/sign-in/ada')
  const signedIn = (await browser.get('/me')).json()
  t.equal(signedIn.userId, 'ada')
  t.not(signedIn.id, anonymous)
  t.equal((await browser.get('/me')).json().id, signedIn.id, 'the id stays')
  await browser.get('/sign-out')
  t.equal(browser.jar.size, 0)
})

t.test('an older copy of a cookie works until it expires: the price of having no store', async (t) => {
  const browser = await start(t)
  await browser.get('/sign-in/ada')
  const copy = browser.jar.get('sid') ?? ''
  await browser.get('/sign-out')
  browser.jar.set('sid', copy)
  t.equal(await userId(browser), 'ada')
})

t.test('idle and absolute timeout are inside the seal', async (t) => {
  const folder = t.testdir()
  const browser = await start(t, { idleTimeoutMs: 1000, touchIntervalMs: 0 }, folder)
  const longer = await start(t, { idleTimeoutMs: 60_000 }, folder)
  const shorter = await start(t, { idleTimeoutMs: 1000, absoluteTimeoutMs: 1000 }, folder)
  await browser.get('/sign-in/ada')
  await longer.get('/sign-in/ada')
  await new Promise((resolve) => setTimeout(resolve, 1100))
  t.equal(await userId(browser), null, 'idle')
  t.equal(browser.jar.size, 0, 'and the browser may forget it')

  t.equal(await userId(longer), 'ada')
  shorter.jar.set('sid', longer.jar.get('sid') ?? '')
  t.equal(await userId(shorter), null, 'absolute')
})

t.test('use moves the expiry at the interval, up to the absolute timeout', async (t) => {
  const browser = await start(t, { idleTimeoutMs: 3_600_000, absoluteTimeoutMs: 3_600_000 + 5000, touchIntervalMs: 0 })
  await browser.get('/sign-in/ada')
  const signedIn = Date.now()
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const first = expiryIn(browser.jar.received.at(-1))
  await browser.get('/me')
  const second = expiryIn(browser.jar.received.at(-1))
  t.ok(second > first)
  t.ok(second <= signedIn + 3_600_000 + 5000, 'not beyond the absolute timeout')
})

t.test('session.cookie.maxAge is followed, and ends the session where it is over', async (t) => {
  const browser = await start(t)
  await browser.get('/set/user/ada')
  const began = Date.now()
  await browser.get('/max-age/600000')
  const expires = expiryIn(browser.jar.received.at(-1))
  t.ok(expires >= began + 599_000 && expires <= Date.now() + 601_000)
  t.equal((await browser.get('/read')).json().user, 'ada')
  await browser.get('/max-age/0')
  t.equal(browser.jar.size, 0)
})

t.test('regenerate and destroy do what they do with a store', async (t) => {
  const browser = await start(t)
  await browser.get('/set/basket/apples')
  await browser.get('/set/user/ada')
  const { id } = (await browser.get('/me')).json()
  await browser.get('/regenerate')
  t.not((await browser.get('/me')).json().id, id)
  t.strictSame((await browser.get('/read')).json(), { basket: 'apples' })
  await browser.get('/destroy')
  t.equal(browser.jar.size, 0)
})

t.test('a session that no cookie holds is refused with a code, and what the browser has stays', async (t) => {
  const browser = await start(t)
  await browser.get('/fill/2000')
  const line = setCookieLines(await browser.get('/set/a/1'))[0] ?? ''
  t.ok(line.slice(0, line.indexOf(';')).length <= 4096)
  const before = browser.jar.get('sid')
  const response = await browser.get('/fill/3100')
  t.equal(response.statusCode, 500)
  t.equal(response.json().code, 'KEYTURN_SESSION_TOO_LARGE')
  t.notMatch(response.body, 'xxx')
  t.equal(browser.jar.get('sid'), before)
  t.equal((await browser.get('/save/5000')).body, 'KEYTURN_SESSION_TOO_LARGE')
  t.equal((await browser.get('/read')).json().a, '1')
})

t.test('the largest session that is taken fits the limit to the byte', async (t) => {
  const browser = await start(t, { trackClients: false })
  let [low, high] = [1, 4096]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    browser.jar.set('sid', '')
    const { statusCode } = await browser.app.inject(`/fill/${middle}`)
    if (statusCode === 200) low = middle
    else high = middle - 1
  }
  const line = setCookieLines(await browser.app.inject(`/fill/${low}`))[0] ?? ''
  const pair = line.slice(0, line.indexOf(';'))
  t.ok(pair.length <= 4096 && pair.length > 4090, `${pair.length} bytes`)
  t.equal((await browser.app.inject({ url: '/read', headers: { cookie: pair } })).json().text.length, low)
})

t.test('what JSON cannot carry is refused as with a store', async (t) => {
  const browser = await start(t)
  t.equal((await browser.get('/bigint')).json().code, 'KEYTURN_SESSION_DATA')
})

t.test('no changed, moved or foreign cookie opens', async (t) => {
  const folder = t.testdir()
  const events: SessionEvent[] = []
  const browser = await start(t, { onEvent: (event) => events.push(event) }, folder)
  await browser.get('/sign-in/ada')
  const value = browser.jar.get('sid') ?? ''
  const flipped = (at: number): string => `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`
  const bad = [...Array.from({ length: 40 }, (_, i) => flipped(4 + Math.floor((i * (value.length - 5)) / 40))), value.slice(0, -1), `${value}A`, '', 'kt1.', 'x'.repeat(9000)]
  for (const cookie of bad) {
    const response = await browser.app.inject({ url: '/me', headers: { cookie: `sid=${cookie}` } })
    t.equal(response.json().userId, null)
    t.strictSame(setCookieLines(response), [])
  }
  t.ok(events.some(({ type }) => type === 'refused'))

  const other = await start(t, { cookie: { name: 'admin' } }, folder)
  other.jar.set('admin', value)
  t.equal(await userId(other), null, 'the same secret, another name')

})

t.test('what needs a store says that there is none', async (t) => {
  const browser = await start(t)
  await browser.get('/sign-in/ada')
  const { sessions, store, statistics, health } = browser.app.secureSession
  const refused: Promise<unknown>[] = [sessions.list('ada'), sessions.endAll('ada'), sessions.end('ada', Buffer.alloc(32)), sessions.update('id', () => {}), store.get(Buffer.alloc(32))]
  for (const answer of refused) await t.rejects(answer, SessionsNotStoredError)
  await t.rejects(sessions.list('ada'), { code: 'KEYTURN_SESSIONS_NOT_STORED' })
  t.equal((await browser.get('/reload')).body, 'KEYTURN_SESSIONS_NOT_STORED')
  t.equal(await userId(browser), 'ada', 'and the browser keeps what it has')
  t.equal(await statistics(), undefined)
  t.match(await health(), { status: 'ok', store: { name: 'cookie', reachable: true } })
})

t.test('it is said at the registration', async (t) => {
  const lines: string[] = []
  const app = fastify({ logger: { level: 'info', stream: { write: (line: string) => void lines.push(line) } } })
  t.teardown(() => app.close())
  await app.register(secureSession, { stateless: true, environment: 'test', env: {} })
  t.match(lines.join(''), /cannot be listed or ended/)
})

t.test('a changed client and a disabled user are seen as with a store', async (t) => {
  const disabled = new Set<string>()
  const browser = await start(t, { clientChange: 'reauthenticate', verifyOwner: (user) => !disabled.has(user) })
  await browser.get('/sign-in/ada')
  const headers = { ...browser.jar.headers, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0' }
  t.equal((await browser.app.inject({ url: '/me', headers })).json().userId, null)
  t.equal(await userId(browser), 'ada')
  disabled.add('ada')
  t.equal(await userId(browser), null)
  t.equal(browser.jar.size, 0)
})

t.test('a store or a bridge beside it is a mistake', async (t) => {
  const app = fastify()
  t.teardown(() => app.close().catch(() => undefined))
  const { store } = (await start(t)).app.secureSession
  await t.rejects(async () => app.register(secureSession, { stateless: true, store, environment: 'test', env: {} }), { name: 'TypeError', message: /stateless excludes store/ })
})
