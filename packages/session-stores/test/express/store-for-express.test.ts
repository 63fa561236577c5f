import { createServer } from 'node:http'
import session from 'express-session'
import t from 'tap'
import { createStoreForExpress } from '../../src/express/index.ts'
import { createMemoryStore, createSealedSessions, type SealedSessions, type SessionStore, StoreUnavailableError } from '../../src/index.ts'
import { freshKeyring } from '../fixtures/keyrings.ts'

type Request = { session: Record<string, unknown> & { destroy(done: () => void): void; reload(done: (error?: unknown) => void): void; regenerate(done: () => void): void } }
type Handler = (request: Request, answer: (body: unknown) => void) => void

interface Site {
  readonly sessions: SealedSessions
  fetch(path: string, cookie?: string): Promise<{ status: number; body: unknown; cookie: string | undefined }>
}

/** A site of express-session over our store. */
async function startSite(t: { teardown(run: () => void): void }, handlers: Record<string, Handler>, store?: SessionStore): Promise<Site> {
  const sessions = createSealedSessions({ store: store ?? createMemoryStore({ environment: 'test' }), keyring: freshKeyring() })
  const userIdOf = (data: Readonly<Record<string, unknown>>): string | undefined => data['user'] as string | undefined
  const middleware = session({
    secret: 'a-secret-of-the-test', resave: false, saveUninitialized: false, cookie: { maxAge: 60_000 },
    store: createStoreForExpress({ Store: session.Store, sessions, userIdOf }),
  })
  const server = createServer((request, response) => {
    middleware(request, response, (error) => {
      const answer = (status: number, body: unknown): void => void response.writeHead(status).end(JSON.stringify(body ?? null))
      if (error !== undefined) return answer(500, { code: (error as { code?: string }).code })
      handlers[request.url ?? '']?.(request as unknown as Request, (body) => answer(200, body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const { port } = server.address() as { port: number }
  return {
    sessions,
    async fetch(path, cookie = '') {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } })
      return { status: response.status, body: await response.json(), cookie: response.headers.get('set-cookie')?.split(';')[0] }
    },
  }
}

const signIn: Handler = ({ session: mine }, answer) => { mine['user'] = 'anna'; answer('in') }
const show: Handler = ({ session: mine }, answer) => answer({ ...mine, cookie: undefined })

t.test('a session of an Express application is kept, sealed, and found for its user', async (t) => {
  const site = await startSite(t, { '/in': signIn, '/show': show })
  const { cookie } = await site.fetch('/in')
  t.strictSame((await site.fetch('/show', cookie)).body, { user: 'anna' })
  const [owned] = await site.sessions.listByOwner('anna')
  t.strictSame(owned?.meta, { userId: 'anna' })
  t.strictSame((await site.fetch('/show')).body, {}, 'without the cookie there is no session')
  t.equal(await site.sessions.destroyByOwner('anna'), 1)
  t.strictSame((await site.fetch('/show', cookie)).body, {})
})

t.test('requests that run at once keep each other’s changes', async (t) => {
  const slow = (name: string): Handler => ({ session: mine }, answer) => void setTimeout(() => { mine[name] = 1; answer(name) }, 30)
  const names = ['a', 'b', 'c', 'd']
  const site = await startSite(t, { '/in': signIn, '/show': show, ...Object.fromEntries(names.map((name) => [`/${name}`, slow(name)])) })
  const { cookie } = await site.fetch('/in')
  await Promise.all(names.map((name) => site.fetch(`/${name}`, cookie)))
  t.strictSame((await site.fetch('/show', cookie)).body, { user: 'anna', a: 1, b: 1, c: 1, d: 1 })
})

t.test('a slow request does not revive a session that was ended', async (t) => {
  const slow: Handler = ({ session: mine }, answer) => void setTimeout(() => { mine['late'] = 1; answer('slow') }, 80)
  const out: Handler = ({ session: mine }, answer) => mine.destroy(() => answer('out'))
  const site = await startSite(t, { '/in': signIn, '/show': show, '/slow': slow, '/out': out })
  const { cookie } = await site.fetch('/in')
  const late = site.fetch('/slow', cookie)
  await site.fetch('/out', cookie)
  await late
  t.strictSame((await site.fetch('/show', cookie)).body, {})
})

t.test('saving twice, reloading and regenerating work as express-session has them', async (t) => {
  const site = await startSite(t, {
    '/in': signIn,
    '/show': show,
    '/twice': ({ session: mine }, answer) => {
      mine['n'] = 1
      const save = mine['save'] as (done: () => void) => void
      save.call(mine, () => { mine['n'] = 2; answer('twice') })
    },
    '/reload': (request, answer) => { request.session['lost'] = 1; request.session.reload(() => { request.session['kept'] = 1; answer('reload') }) },
    '/new': (request, answer) => request.session.regenerate(() => { request.session['fresh'] = 1; answer('new') }),
  })
  const { cookie } = await site.fetch('/in')
  await site.fetch('/twice', cookie)
  await site.fetch('/reload', cookie)
  t.strictSame((await site.fetch('/show', cookie)).body, { user: 'anna', n: 2, kept: 1 })
  const renewed = await site.fetch('/new', cookie)
  t.strictSame((await site.fetch('/show', renewed.cookie)).body, { fresh: 1 })
  t.strictSame((await site.fetch('/show', cookie)).body, {})
})

t.test('a session that another library wrote, without a cookie in it, is read and goes on', async (t) => {
  const site = await startSite(t, { '/in': signIn, '/show': show })
  const { cookie = '' } = await site.fetch('/in')
  const id = decodeURIComponent(cookie).replace(/^.*s:/, '').replace(/\..*$/, '')
  const loaded = await site.sessions.load(id)
  if (loaded === undefined) throw new Error('no session')
  await site.sessions.save(loaded, { data: { user: 'anna', basket: 1 }, expiresAt: loaded.expiresAt })
  t.strictSame((await site.fetch('/show', cookie)).body, { user: 'anna', basket: 1 })
  t.equal((await site.fetch('/in', cookie)).status, 200)
  t.match((await site.sessions.load(id))?.data, { user: 'anna', basket: 1 })
})

t.test('a session that is only looked at lives on', async (t) => {
  const site = await startSite(t, { '/in': signIn, '/show': show })
  const { cookie } = await site.fetch('/in')
  const before = (await site.sessions.listByOwner('anna'))[0]
  await new Promise((resolve) => setTimeout(resolve, 30))
  await site.fetch('/show', cookie)
  const after = (await site.sessions.listByOwner('anna'))[0]
  t.ok((after?.expiresAt ?? 0) > (before?.expiresAt ?? 0))
  t.equal(after?.version, before?.version, 'touched, not written')
})

t.test('a store that is down is an error of the request, with its code', async (t) => {
  const memory = createMemoryStore({ environment: 'test' })
  let down = false
  const guard = <T>(call: () => Promise<T>): Promise<T> => (down ? Promise.reject(new StoreUnavailableError('memory', 'DOWN')) : call())
  const store: SessionStore = { ...memory, get: (key) => guard(() => memory.get(key)) }
  const site = await startSite(t, { '/in': signIn, '/show': show }, store)
  const { cookie } = await site.fetch('/in')
  down = true
  t.match(await site.fetch('/show', cookie), { status: 500, body: { code: 'KEYTURN_STORE_UNAVAILABLE' } })
  down = false
  t.equal((await site.fetch('/show', cookie)).status, 200)
})

t.test('wrong options are told all at once', (t) => {
  const wrong = { ttlMs: Number.NaN } as unknown as Parameters<typeof createStoreForExpress>[0]
  t.throws(() => createStoreForExpress(wrong), /Store must be.*sessions must be.*ttlMs/)
  t.end()
})
