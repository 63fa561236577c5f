import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPostgresStore, createSealedSessions, type SealedSessions } from '@keyturn/session-stores'
import { type CookieSigner, createCookieSigner, createLiveKeyring, Secret } from '@keyturn/token-crypto'
import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import t from 'tap'
import { createConnectRedisReader, createLegacyBridge, importSessions } from '../../src/index.ts'
import { keyringOf } from '../support/secrets.ts'

declare module 'express-session' {
  interface SessionData {
    user: string
    visits: number
  }
}

const SESSIONS = Number(process.env['KEYTURN_TEST_SESSIONS'] ?? 1500)
const CONCURRENT = 25
const LIFETIME_MS = 3_600_000
const COOKIE = 'connect.sid'

/** The old application: express, express-session and connect-redis under the secret that everybody knows. */
function createOldApplication(client: ReturnType<typeof createClient>): express.Express {
  const app = express()
  app.use(
    session({
      store: new RedisStore({ client }),
      secret: 'flowise',
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: LIFETIME_MS },
    }),
  )
  app.post('/login/:user', (request, response) => {
    request.session.user = request.params.user
    request.session.visits = 0
    response.json({})
  })
  app.post('/visit', (request, response) => {
    request.session.visits = (request.session.visits ?? 0) + 1
    response.json({ user: request.session.user, visits: request.session.visits })
  })
  app.post('/logout', (request, response) => request.session.destroy(() => response.json({})))
  app.get('/', (request, response) => void response.json({ user: request.session.user, visits: request.session.visits }))
  return app
}

interface NewApplication {
  readonly sessions: SealedSessions
  readonly signer: CookieSigner
}

/** The new application, as little of it as sessions need. */
function createNewApplication({ sessions, signer }: NewApplication): Server {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const cookie = new RegExp(`${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1] ?? ''
    const { valid, renew, value } = signer.unsign(decodeURIComponent(cookie))
    const loaded = valid && value !== null ? await sessions.load(value) : undefined
    if (loaded === undefined) return void response.end('{}')
    if (renew) response.setHeader('set-cookie', `${COOKIE}=${encodeURIComponent(signer.sign(loaded.id))}`)
    if (request.url === '/logout') {
      await sessions.destroy(loaded.id)
      return void response.end('{}')
    }
    const { data } = loaded
    if (request.url === '/visit') {
      data['visits'] = Number(data['visits']) + 1
      await sessions.save(loaded, { data, expiresAt: loaded.expiresAt })
    }
    response.end(JSON.stringify({ user: data['user'], visits: data['visits'] }))
  }
  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(String(error))
    })
  })
}

/** One browser: keeps its cookie, whichever application answers. */
interface User {
  readonly name: string
  cookie: string
  visits: number
}

async function ask(port: number, user: User, path: string): Promise<{ user?: string; visits?: number }> {
  const method = path === '/' ? 'GET' : 'POST'
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { cookie: user.cookie } })
  const [issued] = response.headers.getSetCookie()
  if (issued !== undefined) user.cookie = issued.split(';')[0] ?? ''
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as { user?: string; visits?: number }
}

async function eachAtOnce(users: readonly User[], act: (user: User) => Promise<void>): Promise<void> {
  const queue = [...users]
  const one = async (): Promise<void> => {
    for (let user = queue.pop(); user !== undefined; user = queue.pop()) await act(user)
  }
  await Promise.all(Array.from({ length: CONCURRENT }, one))
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
}

t.test('express-session with connect-redis is replaced under load, with a way back, and nobody is logged out', async (t) => {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  const client = createClient({ url: redis.url })
  await client.connect()
  const reader = new Redis(redis.url)
  const { url } = await postgres.createDatabase()
  const store = createPostgresStore({ url, timeoutMs: 30_000 })
  const keyring = createLiveKeyring({ keyring: keyringOf('new') })
  const plain = createSealedSessions({ store, keyring })
  const legacy = createConnectRedisReader({ client: reader })
  const bridge = createLegacyBridge({
    store: legacy,
    cookies: { format: 'express-session', secrets: [Secret.fromText('flowise')], acceptUntil: Date.now() + LIFETIME_MS },
    userIdOf: (data) => data['user'] as string,
  })
  const sessions = bridge.wrapSessions(plain)
  const oldServer = createServer(createOldApplication(client))
  const newServer = createNewApplication({ sessions, signer: bridge.wrapSigner(createCookieSigner(keyring)) })
  const [oldPort, newPort] = await Promise.all([listen(oldServer), listen(newServer)])
  t.teardown(async () => {
    oldServer.close()
    newServer.close()
    await Promise.all([store.close(), client.close(), reader.quit()])
    await Promise.all([redis.stop(), postgres.stop()])
  })

  const users = Array.from({ length: SESSIONS }, (_, i): User => ({ name: `user${i}`, cookie: '', visits: 0 }))
  await eachAtOnce(users, async (user) => void (await ask(oldPort, user, `/login/${user.name}`)))
  const expiries = new Map<string, number>()
  for await (const { data, expiresAt } of legacy.scan()) expiries.set(data['user'] as string, expiresAt)
  t.equal(expiries.size, SESSIONS)

  const active = users.slice(0, 1000)
  let loggedOut = 0
  let lost = 0
  async function visit(port: number, user: User): Promise<void> {
    const answer = await ask(port, user, '/visit')
    if (answer.user !== user.name) loggedOut++
    else if (answer.visits !== ++user.visits) lost++
  }
  // Both applications serve at once, as they do while the new one is rolled out; then back to the old one; then on.
  await eachAtOnce(active, (user) => visit(Math.random() < 0.5 ? oldPort : newPort, user))
  await eachAtOnce(active, (user) => visit(newPort, user))
  await eachAtOnce(active, (user) => visit(oldPort, user))
  t.same({ loggedOut, lost }, { loggedOut: 0, lost: 0 }, 'there and back again')

  const [left, right] = [users[1], users[2]] as [User, User]
  await ask(oldPort, left, '/logout')
  await ask(newPort, right, '/logout')
  t.same(await ask(newPort, left, '/'), {}, 'ended in the old application')
  t.same(await ask(oldPort, right, '/'), {}, 'ended in the new one')

  bridge.switch.set('forward')
  const still = active.filter((user) => user !== left && user !== right)
  const [report] = await Promise.all([
    importSessions({ from: legacy, into: sessions, move: true, userIdOf: (data) => data['user'] as string, pageSize: 200 }),
    eachAtOnce(still, (user) => visit(newPort, user)),
  ])
  t.equal(report.state, 'done')
  t.equal((await reader.keys('sess:*')).length, 0, 'the old store is empty')
  const signedIn = users.filter((user) => user !== left && user !== right)
  await eachAtOnce(signedIn, async (user) => {
    if ((await ask(newPort, user, '/')).user !== user.name) loggedOut++
  })
  t.same({ loggedOut, lost }, { loggedOut: 0, lost: 0 }, 'everybody came, under the old cookie or a new one')
  bridge.switch.set('done')
  await eachAtOnce(signedIn, async (user) => {
    if ((await ask(newPort, user, '/')).user !== user.name) loggedOut++
  })
  t.same({ loggedOut, lost }, { loggedOut: 0, lost: 0 }, 'the old secret is gone')

  let carried = 0
  let late = 0
  for (const user of signedIn) {
    const [owned] = await plain.listByOwner(user.name)
    if (owned === undefined) continue
    carried++
    if (!still.includes(user) && Math.abs(owned.expiresAt - (expiries.get(user.name) ?? 0)) > 1000) late++
  }
  t.same({ carried, late }, { carried: SESSIONS - 2, late: 0 }, 'every session, each expiry within a second')
  const cookiesUnderOldSecret = users.filter(({ cookie }) => decodeURIComponent(cookie).includes('=s:'))
  t.same(cookiesUnderOldSecret.filter((user) => user !== left && user !== right), [], 'every cookie was issued anew')
})
