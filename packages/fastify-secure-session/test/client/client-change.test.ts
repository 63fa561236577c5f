import { createMemoryStore } from '@keyturn/session-stores/memory'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { SecureSessionOptions, SessionEvent } from '../../src/index.ts'
import { plainRoutes, secureApp, sessionOf } from '../fixtures/apps.ts'
import { CookieJar } from '../fixtures/cookies.ts'

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36'
const HOME = { remoteAddress: '192.0.2.1', agent: FIREFOX }
const NEXT_DOOR = { ...HOME, remoteAddress: '192.0.2.200' }
const ABROAD = { ...HOME, remoteAddress: '198.51.100.1' }
const OTHER_BROWSER = { ...HOME, agent: CHROME }

function routes(app: FastifyInstance): void {
  plainRoutes(app)
  app.get('/sign-in', async (request) => {
    await request.signIn('ada')
    sessionOf(request).note = 'mine'
    return 'signed in'
  })
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null, challenged: request.challengedUserId ?? null }))
  app.get('/prove', async (request) => {
    await request.reauthenticate()
    return { userId: request.signedInUserId }
  })
}

async function start(t: Test, options: SecureSessionOptions) {
  const events: SessionEvent[] = []
  const store = createMemoryStore({ environment: 'test' })
  const { app, close } = await secureApp(store, { folder: t.testdir(), onEvent: (event) => events.push(event), ...options }, routes)
  t.teardown(close)
  const jar = new CookieJar()
  const get = async (url: string, from = HOME, as = jar) => {
    const response = await app.inject({ url, remoteAddress: from.remoteAddress, headers: { ...as.headers, 'user-agent': from.agent } })
    as.take(response)
    return response
  }
  await get('/sign-in')
  return { get, jar, events, suspicions: () => events.filter(({ type }) => type === 'suspicious') }
}

t.test('note: an event for each change, once, and nothing else happens', async (t) => {
  const { get, suspicions } = await start(t, {})
  await get('/me', NEXT_DOOR)
  t.equal(suspicions().length, 0, 'the same network is no change')
  t.strictSame((await get('/me', ABROAD)).json(), { userId: 'ada', challenged: null })
  await get('/me', ABROAD)
  t.match(suspicions(), [{ changes: ['address'] }], 'noted once')
  await get('/me', OTHER_BROWSER)
  t.strictSame(suspicions()[1]?.changes, ['address', 'agent'])
})

t.test('reauthenticate: nobody is signed in until it is proved, then under a new id', async (t) => {
  const { get, jar } = await start(t, { clientChange: 'reauthenticate' })
  const stolen = new CookieJar()
  stolen.set('sid', jar.get('sid') ?? '')
  t.strictSame((await get('/me', ABROAD, stolen)).json(), { userId: null, challenged: 'ada' })
  t.strictSame((await get('/me', HOME)).json(), { userId: null, challenged: 'ada' }, 'also at home, until it is proved')
  t.strictSame((await get('/prove', HOME)).json(), { userId: 'ada' })
  t.strictSame((await get('/me', HOME)).json(), { userId: 'ada', challenged: null })
  t.strictSame((await get('/read', HOME)).json(), { note: 'mine' }, 'the session holds what it held')
  t.strictSame((await get('/me', ABROAD, stolen)).json(), { userId: null, challenged: null }, 'the stolen cookie is worth nothing')
})

t.test('end: the session is over for everybody who holds the cookie', async (t) => {
  const { get, jar } = await start(t, { clientChange: 'end' })
  const stolen = new CookieJar()
  stolen.set('sid', jar.get('sid') ?? '')
  t.strictSame((await get('/me', OTHER_BROWSER, stolen)).json(), { userId: null, challenged: null })
  t.equal(stolen.size, 0, 'its cookie is cleared')
  t.strictSame((await get('/me', HOME)).json(), { userId: null, challenged: null })
})

t.test('a function decides for itself, and may let it pass', async (t) => {
  const seen: unknown[] = []
  const { get, suspicions } = await start(t, {
    clientChange: ({ changes, before, now }) => {
      seen.push({ changes, before: before.address, now: now.address })
      return 'ignore'
    },
  })
  t.match((await get('/me', ABROAD)).json(), { userId: 'ada' })
  t.strictSame(seen, [{ changes: ['address'], before: '192.0.2.1', now: '198.51.100.1' }])
  t.equal(suspicions().length, 0)
})

t.test('off, and clients that are not tracked, are never compared', async (t) => {
  for (const options of [{ clientChange: 'off' }, { trackClients: false }, { env: { SESSION_SUSPICIOUS_ACTIVITY_CHECK: 'false' } }] as const) {
    const { get, suspicions } = await start(t, options)
    t.match((await get('/me', { ...OTHER_BROWSER, ...ABROAD })).json(), { userId: 'ada' })
    t.equal(suspicions().length, 0)
  }
})
