import { createHmac } from 'node:crypto'
import { createMemoryReader } from '@keyturn/migration'
import { createMemoryStore } from '@keyturn/session-stores'
import { Secret } from '@keyturn/token-crypto'
import fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type LegacyOptions, type SecureSessionOptions, secureSession, type SessionEvent } from '../../src/index.ts'
import { CookieJar } from '../fixtures/cookies.ts'

const HOUR_MS = 3_600_000
const SESSION_SECRET = 'VgJ3nYw0ezRZ5mD1oq7c2FhXkLTuPaB8QsMEtN9iyUo'

interface World {
  readonly app: FastifyInstance
  readonly old: Map<string, unknown>
  readonly events: SessionEvent[]
  readonly jar: CookieJar
  user(): Promise<unknown>
}

const acceptUntil = Date.now() + 24 * HOUR_MS
const cookies = { format: 'express-session', secrets: [Secret.fromText('flowise')], acceptUntil } as const

async function world(t: Test, options: SecureSessionOptions & { readonly legacy?: LegacyOptions } = {}): Promise<World> {
  const old = new Map<string, unknown>()
  const events: SessionEvent[] = []
  const jar = new CookieJar()
  const app = fastify()
  await app.register(secureSession, {
    store: createMemoryStore({ environment: 'test' }),
    environment: 'test',
    env: { SESSION_SECRET },
    legacy: { store: createMemoryReader({ sessions: old }), cookies, userIdOf: (data) => data['user'] as string },
    onEvent: (event) => events.push(event),
    ...options,
  })
  app.get('/user', async (request) => ({ user: request.signedInUserId ?? null }))
  app.get('/open', { config: { secureSession: false } }, async () => 'open')
  app.get('/sign-in/:user', async (request) => request.signIn((request.params as { user: string }).user))
  app.get('/sign-out', async (request) => request.signOut())
  t.teardown(() => app.close())
  await app.ready()
  const user = async (): Promise<unknown> => {
    const response = await app.inject({ url: '/user', headers: jar.headers })
    jar.take(response)
    return response.json<{ user: unknown }>().user
  }
  return { app, old, events, jar, user }
}

function signIn({ old, jar }: World, id: string, user: string, name = 'connect.sid'): void {
  old.set(id, { user, cookie: { originalMaxAge: HOUR_MS, expires: new Date(Date.now() + HOUR_MS).toISOString(), path: '/' } })
  jar.set(name, encodeURIComponent(`s:${id}.${createHmac('sha256', 'flowise').update(id).digest('base64').replace(/=+$/, '')}`))
}

t.test('a session that was carried over is told once, and counted', async (t) => {
  const it = await world(t)
  signIn(it, 'one', 'ann')
  t.same([await it.user(), await it.user()], ['ann', 'ann'])
  const carried = it.events.filter(({ type }) => type === 'carried')
  t.equal(carried.length, 1)
  t.match(carried[0], { session: /^[0-9a-f]{16}$/, owner: /^[0-9a-f]{16}$/ })
  t.equal(it.app.secureSession.legacy?.carried, 1)
})

t.test('a browser with two cookies is the user of the session that lives, and keeps one of them', async (t) => {
  const it = await world(t)
  signIn(it, 'one', 'ann')
  it.app.secureSession.legacy?.setPhase('forward')
  t.equal(await it.user(), 'ann')
  t.same([it.jar.get('connect.sid'), it.jar.get('sid') !== undefined], [undefined, true])
  // Back at the old application, the browser keeps our cookie and gets one more.
  signIn(it, 'two', 'ben')
  t.equal(await it.user(), 'ben', 'it was there last')
  t.equal(it.jar.get('connect.sid'), undefined)
  it.jar.set('connect.sid', encodeURIComponent('s:three.forged'))
  t.equal(await it.user(), 'ben', 'a cookie that is none does not hide the other')
})

t.test('signing out clears whichever cookies there are, with their own attributes', async (t) => {
  const it = await world(t, {
    legacy: { store: createMemoryReader({ sessions: new Map() }), cookies: { ...cookies, name: 'old', domain: 'example.org', path: '/app' } },
  })
  const signedIn = await it.app.inject({ url: '/sign-in/ann' })
  it.jar.take(signedIn)
  t.match(signedIn.headers['set-cookie'], /^old=s(:|%3A)[^;]+; Domain=example\.org; Path=\/app;/)
  const signedOut = await it.app.inject({ url: '/sign-out', headers: it.jar.headers })
  t.match(signedOut.headers['set-cookie'], /^old=; Max-Age=0; Domain=example\.org; Path=\/app;/)
})

t.test('under one name there is one cookie, whatever the phase', async (t) => {
  const it = await world(t, { cookie: { name: 'connect.sid' } })
  signIn(it, 'one', 'ann')
  for (const phase of ['reversible', 'forward', 'done'] as const) {
    it.app.secureSession.legacy?.setPhase(phase)
    t.equal(await it.user(), 'ann', phase)
    t.equal(it.jar.size, 1)
  }
})

t.test('a route without sessions looks into neither store', async (t) => {
  const it = await world(t)
  signIn(it, 'one', 'ann')
  it.jar.set('sid', 'x.y')
  t.equal((await it.app.inject({ url: '/open', headers: it.jar.headers })).body, 'open')
  t.equal(it.events.length, 0)
})

t.test('an old store that is down is a 503, and never a logged out user', async (t) => {
  const down = () => Promise.reject(Object.assign(new Error('sess:secret-id'), { code: 'ECONNRESET' }))
  const it = await world(t, { legacy: { store: { ...createMemoryReader({ sessions: new Map() }), read: down }, cookies } })
  signIn(it, 'one', 'ann')
  const response = await it.app.inject({ url: '/user', headers: it.jar.headers })
  t.match([response.statusCode, response.headers['set-cookie']], [503, undefined])
  t.notMatch(response.body, /secret-id/)
})

t.test('whatever is wrong with it is told before anything is opened, with all other mistakes', async (t) => {
  const legacy = { store: {}, cookies: { ...cookies, name: 'a b', acceptUntil: Number.NaN } } as never
  const failure: unknown = await fastify().register(secureSession, { legacy, idleTimeoutMs: 1, environment: 'test', env: {} }).then(
    () => undefined,
    (error: unknown) => error,
  )
  t.type(failure, TypeError)
  t.match((failure as Error).message, /legacy: store must be .*cookies\.acceptUntil/)
  t.match((failure as Error).message, /legacy: cookies\.name must be a token/)
  t.match((failure as Error).message, /idleTimeoutMs/)
  for (const wrong of [{ cookies, phase: 'later' }, {}, { cookies: null }]) {
    await t.rejects(async () => fastify().register(secureSession, { legacy: wrong as never, environment: 'test', env: {} }), TypeError)
  }
})
