import { startRedis } from '@keyturn/testing/redis'
import fastify, { type LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { secureSession, type SessionEvent } from '../../src/index.ts'
import { CookieJar } from '../fixtures/cookies.ts'
import { usePostgres } from '../fixtures/postgres.ts'

// Whole environments as they are deployed: each variable is seen to do what it says.
const postgres = usePostgres()
const SECRET = 'siYC7x-RtyWUk73DECXc6SNmXowUMWZag7ZQUPGQKBI'
const DAY_MS = 86_400_000

async function start(t: Test, env: Record<string, string>) {
  const events: SessionEvent[] = []
  const app = fastify({ trustProxy: true })
  t.teardown(() => app.close())
  await app.register(secureSession, { env, touchIntervalMs: 0, onEvent: (event) => events.push(event) })
  app.get('/visit', async (request) => {
    Object.assign(request.session, { visited: true })
    return { id: request.session.sessionId }
  })
  app.get('/sign-in', async (request) => {
    await request.signIn('ada')
    return { id: request.session.sessionId }
  })
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))
  const jar = new CookieJar()
  const get = async (url: string, agent = 'curl/8'): Promise<LightMyRequestResponse> => {
    const response = await app.inject({ url, headers: { ...jar.headers, 'x-forwarded-proto': 'https', 'user-agent': agent } })
    jar.take(response)
    return response
  }
  return { app, jar, events, get }
}

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
const isAbout = (t: Test, line: string | undefined, lifetimeMs: number): void => {
  const left = Date.parse(/Expires=([^;]+)/.exec(line ?? '')?.[1] ?? '') - Date.now()
  t.ok(left > lifetimeMs - 60_000 && left <= lifetimeMs + 1000, `${left} ms`)
}

t.test('PostgreSQL, a key of its own for sessions, and every check switched on', async (t) => {
  const { app, jar, events, get } = await start(t, {
    NODE_ENV: 'staging',
    DATABASE_URL: (await postgres.server.createDatabase()).url,
    SESSION_SECRET: SECRET,
    SESSION_ENCRYPTION_KEY: 'f1c8a94be03d52767c9a10de84b35f62a7d0389e5b41c6f2d3e8470b9a1c5f6e',
    USE_REDIS_SESSIONS: 'false',
    SESSION_TIMEOUT: '604800000',
    SESSION_REGENERATE_ON_LOGIN: 'true',
    SESSION_TRACK_METADATA: 'true',
    SESSION_SLIDING_WINDOW: 'true',
    SESSION_SUSPICIOUS_ACTIVITY_CHECK: 'true',
    COOKIE_DOMAIN: 'example.com',
  })
  const visit = await get('/visit')
  t.match(jar.received.at(-1), /^__Secure-sid=[^;]+; Domain=example\.com; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/)
  isAbout(t, jar.received.at(-1), 7 * DAY_MS)
  t.not((await get('/sign-in')).json().id, visit.json().id)
  t.equal((await app.secureSession.health()).store.name, 'postgres')
  const { keyring } = app.secureSession
  t.not(keyring.current.primary('session').id, keyring.current.primary('cookie').id, 'sessions have a root of their own')

  const [session] = await app.secureSession.sessions.list('ada')
  t.match(session?.meta, { client: { agent: String, address: String } })
  await new Promise((resolve) => setTimeout(resolve, 20))
  await get('/me', FIREFOX)
  t.ok(events.some(({ type }) => type === 'suspicious'))
  const [moved] = await app.secureSession.sessions.list('ada')
  t.ok((moved?.expiresAt ?? 0) > (session?.expiresAt ?? 0), 'use moved the expiry')
})

t.test('Redis by host, port and password, and every check switched off', async (t) => {
  await using server = await startRedis({ password: 'p@ss/word' })
  const { app, jar, events, get } = await start(t, {
    NODE_ENV: 'production',
    USE_REDIS_SESSIONS: 'true',
    REDIS_HOST: server.host,
    REDIS_PORT: String(server.port),
    REDIS_PASSWORD: 'p@ss/word',
    API_SESSION_SECRET: SECRET,
    SESSION_TIMEOUT: String(DAY_MS / 2),
    SESSION_TRACK_METADATA: 'false',
    SESSION_SLIDING_WINDOW: 'false',
    SESSION_SUSPICIOUS_ACTIVITY_CHECK: 'false',
    COOKIE_DOMAIN: '',
  })
  await get('/sign-in')
  t.match(jar.received.at(-1), /^__Host-sid=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/)
  isAbout(t, jar.received.at(-1), DAY_MS / 2)
  t.match(await app.secureSession.health(), { status: 'ok', store: { name: 'redis' } })
  const [before] = await app.secureSession.sessions.list('ada')
  t.notOk(before !== undefined && 'client' in before.meta)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.strictSame((await get('/me', FIREFOX)).json(), { userId: 'ada' })
  t.notOk(events.some(({ type }) => type === 'suspicious'))
  t.equal((await app.secureSession.sessions.list('ada'))[0]?.expiresAt, before?.expiresAt, 'use moved nothing')
  await app.close()
})

t.test('a port that is none is named among the mistakes', async (t) => {
  for (const port of ['http', '0', '70000', '6379.5']) {
    t.throws(() => secureSession.fromEnv({ USE_REDIS_SESSIONS: 'true', REDIS_HOST: 'cache', REDIS_PORT: port }), { name: 'TypeError', message: /REDIS_PORT/ })
  }
})
