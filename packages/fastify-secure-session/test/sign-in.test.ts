import { createMemoryStore } from '@keyturn/session-stores/memory'
import t, { type Test } from 'tap'
import { COOKIE_NAME, plainRoutes, type Routes, secureApp, sessionOf, type TestApp } from './fixtures/apps.ts'

const routes: Routes = (app) => {
  plainRoutes(app)
  app.get('/sign-in/:user', async (request) => {
    await request.signIn((request.params as { user: string }).user, { keep: ['basket'] })
    return 'signed in'
  })
  app.get('/sign-out', async (request) => {
    await request.signOut()
    return 'signed out'
  })
  app.get('/sign-out-with-message', async (request) => {
    await request.signOut()
    sessionOf(request).message = 'see you'
    return 'signed out'
  })
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))
}

async function start(t: Test): Promise<TestApp> {
  const browser = await secureApp(createMemoryStore(), { folder: t.testdir() }, routes)
  t.teardown(() => browser.close())
  return browser
}

t.test('signing in gives a new session id, and the old one is worth nothing', async (t) => {
  const browser = await start(t)
  await browser.get('/set/basket/apples')
  const planted = browser.jar.headers
  await browser.get('/sign-in/ada')
  t.not(browser.jar.headers.cookie, planted.cookie)
  t.strictSame((await browser.get('/me')).json(), { userId: 'ada' })
  t.strictSame((await browser.app.inject({ url: '/me', headers: planted })).json(), { userId: null })
  t.equal((await browser.store.statistics?.())?.total, 1, 'the anonymous session is gone')
})

t.test('signing in takes over what is named, and nothing else', async (t) => {
  const browser = await start(t)
  await browser.get('/set/basket/apples')
  await browser.get('/set/role/admin')
  await browser.get('/sign-in/ada')
  t.strictSame((await browser.get('/read')).json(), { basket: 'apples' })
})

t.test('where no cookie came, what the request put into its session is not taken over either', async (t) => {
  const browser = await secureApp(createMemoryStore(), { folder: t.testdir() }, (app) => {
    routes(app)
    app.get('/fill-and-sign-in', async (request) => {
      Object.assign(sessionOf(request), { role: 'admin', basket: 'apples' })
      request.session.cookie.maxAge = 1000
      await request.signIn('ada', { keep: ['basket'] })
      return request.session.cookie.maxAge
    })
  })
  t.teardown(() => browser.close())
  t.ok(Number((await browser.get('/fill-and-sign-in')).body) > 60_000, 'nor how long it was to last')
  t.strictSame((await browser.get('/read')).json(), { basket: 'apples' })
  t.strictSame((await browser.get('/me')).json(), { userId: 'ada' })
})

t.test('an id that somebody asked for before the sign-in is not the id of the signed-in session', async (t) => {
  const browser = await secureApp(createMemoryStore(), { folder: t.testdir() }, (app) => {
    app.get('/:asked', async (request) => {
      const before = request.session.sessionId
      const seen = (request.params as { asked: string }).asked === 'asked' ? request.session.encryptedSessionId : undefined
      await request.signIn('ada')
      return { isSame: request.session.sessionId === before, isSeen: seen !== undefined && request.session.encryptedSessionId === seen }
    })
  })
  t.teardown(() => browser.close())
  const ask = async (asked: string): Promise<unknown> => (await browser.app.inject({ url: `/${asked}` })).json()
  t.strictSame(await ask('asked'), { isSame: false, isSeen: false })
  t.strictSame(await ask('unasked'), { isSame: true, isSeen: false }, 'one that nobody saw is as good as another')
})

t.test('signing in as another user ends the session of the first', async (t) => {
  const browser = await start(t)
  await browser.get('/sign-in/ada')
  await browser.get('/sign-in/grace')
  t.strictSame((await browser.get('/me')).json(), { userId: 'grace' })
  t.strictSame(await browser.app.secureSession.sessions.list('ada'), [])
  t.equal((await browser.app.secureSession.sessions.list('grace')).length, 1)
})

t.test('signing out ends the record and clears the cookie', async (t) => {
  const browser = await start(t)
  await browser.get('/sign-in/ada')
  const copy = browser.jar.headers
  const response = await browser.get('/sign-out')
  t.match(response.headers['set-cookie'], /^sid=; Max-Age=0/)
  t.equal(browser.jar.get(COOKIE_NAME), undefined)
  t.equal((await browser.store.statistics?.())?.total, 0)
  t.strictSame((await browser.app.inject({ url: '/me', headers: copy })).json(), { userId: null })
})

t.test('a message for the next page survives signing out, in a session of its own', async (t) => {
  const browser = await start(t)
  await browser.get('/sign-in/ada')
  const before = browser.jar.get(COOKIE_NAME)
  await browser.get('/sign-out-with-message')
  t.not(browser.jar.get(COOKIE_NAME), before)
  t.strictSame((await browser.get('/me')).json(), { userId: null })
  t.strictSame((await browser.get('/read')).json(), { message: 'see you' })
})

t.test('every session of a user ends at once, other than the one that asks', async (t) => {
  const laptop = await start(t)
  await laptop.get('/sign-in/ada')
  const kept = laptop.jar.headers
  laptop.jar.set(COOKIE_NAME, '')
  await laptop.get('/sign-in/ada')
  const id = decodeURIComponent(kept.cookie?.slice(COOKIE_NAME.length + 1) ?? '').split('.')[0] ?? ''
  t.equal(await laptop.app.secureSession.sessions.endAll('ada', { except: id }), 1)
  t.strictSame((await laptop.get('/me')).json(), { userId: null })
  t.strictSame((await laptop.app.inject({ url: '/me', headers: kept })).json(), { userId: 'ada' })
})

t.test('signing in needs a user id', async (t) => {
  const app = await secureApp(createMemoryStore(), { folder: t.testdir() }, (app) => {
    app.get('/nobody', (request) => request.signIn(''))
  })
  t.teardown(() => app.close())
  t.equal((await app.get('/nobody')).statusCode, 500)
  t.equal(app.jar.size, 0)
})

t.test('signing in over plain HTTP with a Secure cookie is refused with the remedy', async (t) => {
  const browser = await secureApp(createMemoryStore(), { folder: t.testdir(), cookie: { secure: true } }, routes)
  t.teardown(() => browser.close())
  const response = await browser.get('/sign-in/ada')
  t.equal(response.json().code, 'KEYTURN_INSECURE_CONNECTION')
  t.match(response.json().message, /trustProxy/)
  await browser.get('/set/basket/apples')
  t.equal(browser.jar.size, 0, 'and no session id leaves in clear')
  t.equal((await browser.store.statistics?.())?.total, 0)
})

t.test('when a user proved who it is can be asked, for what is sensitive', async (t) => {
  const browser = await secureApp(createMemoryStore(), { folder: t.testdir() }, (app) => {
    routes(app)
    app.get('/prove', async (request) => request.reauthenticate())
    app.get('/when', async (request) => ({ at: request.signedInAt ?? null }))
  })
  t.teardown(() => browser.close())
  const when = async (): Promise<number> => (await browser.get('/when')).json().at
  t.equal(await when(), null)
  const began = Date.now()
  await browser.get('/sign-in/ada')
  const first = await when()
  t.ok(first >= began && first <= Date.now())
  await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(await when(), first, 'use does not move it')
  await browser.get('/prove')
  t.ok((await when()) > first)
  await browser.get('/sign-out')
  t.equal(await when(), null)
})
