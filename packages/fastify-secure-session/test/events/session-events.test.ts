import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import t from 'tap'
import { SESSION_EVENTS_CHANNEL, type SessionEvent } from '../../src/index.ts'
import { COOKIE_NAME, type Routes, secureApp } from '../fixtures/apps.ts'

const routes: Routes = (app) => {
  app.get('/sign-in', async (request) => {
    await request.signIn('ada@example.com')
    return 'signed in'
  })
  app.get('/prove', async (request) => {
    await request.reauthenticate()
    return 'proved'
  })
  app.get('/sign-out', async (request) => {
    await request.signOut()
    return 'signed out'
  })
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))
}

t.test('every step of a session is an event that names neither user nor session', async (t) => {
  const published: unknown[] = []
  const collect = (event: unknown) => void published.push(event)
  subscribe(SESSION_EVENTS_CHANNEL, collect)
  t.teardown(() => unsubscribe(SESSION_EVENTS_CHANNEL, collect))
  const events: SessionEvent[] = []
  const browser = await secureApp(createMemoryStore({ environment: 'test' }), { folder: t.testdir(), onEvent: (event) => events.push(event) }, routes)
  t.teardown(() => browser.close())

  await browser.get('/sign-in')
  const ids = [browser.jar.get(COOKIE_NAME)]
  await browser.rotate('while running')
  await browser.get('/me')
  await browser.get('/prove')
  ids.push(browser.jar.get(COOKIE_NAME))
  await browser.app.inject({ url: '/me', headers: { cookie: `${COOKIE_NAME}=forged.signature` } })
  await browser.get('/sign-out')
  await browser.get('/sign-in')
  await browser.app.secureSession.sessions.endAll('ada@example.com')

  t.strictSame(
    events.map(({ type }) => type),
    ['signed-in', 'created', 'resigned', 'reauthenticated', 'created', 'refused', 'signed-out', 'signed-in', 'created', 'ended'],
  )
  t.strictSame(published, events, 'the channel of the process carries the same')
  const text = JSON.stringify(events)
  t.notMatch(text, 'ada')
  for (const cookie of ids) t.notOk(text.includes((cookie ?? '').split('.')[0] ?? ''), 'no id')
  const [signedIn, created] = events
  t.match(signedIn, { session: /^[0-9a-f]{16}$/, owner: /^[0-9a-f]{16}$/ })
  t.equal(created?.session, signedIn?.session, 'events of one session belong together')
})
