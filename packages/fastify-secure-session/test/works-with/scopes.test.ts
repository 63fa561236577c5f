import { createMemoryStore } from '@keyturn/session-stores/memory'
import fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { secureSession } from '../../src/index.ts'
import { sessionOf } from '../fixtures/apps.ts'
import { CookieJar } from '../fixtures/cookies.ts'

t.test('sibling scopes have sessions of their own, with names, stores and times of their own', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  const scope = (name: string) => async (scope: FastifyInstance) => {
    await scope.register(secureSession, { environment: 'test', env: {}, cookie: { name }, store: createMemoryStore({ environment: 'test' }) })
    scope.get(`/${name}/sign-in`, async (request) => {
      await request.signIn(`${name}-user`)
      return 'signed in'
    })
    scope.get(`/${name}/me`, async (request) => ({ userId: request.signedInUserId ?? null }))
    scope.get(`/${name}/sign-out`, async (request) => request.signOut())
  }
  await app.register(scope('shop'))
  await app.register(scope('admin'))
  app.get('/outside', async (request) => ({ session: (request as { session?: unknown }).session ?? null }))

  const jar = new CookieJar()
  const get = async (url: string) => {
    const response = await app.inject({ url, headers: jar.headers })
    jar.take(response)
    return response
  }
  await get('/shop/sign-in')
  t.strictSame((await get('/admin/me')).json(), { userId: null })
  await get('/admin/sign-in')
  t.strictSame((await get('/shop/me')).json(), { userId: 'shop-user' })
  t.strictSame((await get('/admin/me')).json(), { userId: 'admin-user' })
  await get('/admin/sign-out')
  t.strictSame((await get('/shop/me')).json(), { userId: 'shop-user' }, 'signing out of one leaves the other')
  t.strictSame((await get('/outside')).json(), { session: null }, 'the plugin stays in the scope it was registered in')
})

t.test('scopes that share store and secret do not take the cookies of each other', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  const store = createMemoryStore({ environment: 'test' })
  const secretFile = `${t.testdir()}/secrets/session-secrets.json`
  for (const name of ['shop', 'admin']) {
    await app.register(async (scope) => {
      await scope.register(secureSession, { environment: 'test', env: {}, cookie: { name }, store, secretFile })
      scope.get(`/${name}/sign-in`, async (request) => request.signIn('ada'))
      scope.get(`/${name}/write`, async (request) => {
        sessionOf(request).seen = true
        return 'written'
      })
      scope.get(`/${name}/me`, async (request) => ({ userId: request.signedInUserId ?? null }))
    })
  }
  const cookie = (await app.inject('/shop/sign-in')).cookies[0]?.value ?? ''
  const me = async (scope: string, name: string) => (await app.inject({ url: `/${scope}/me`, cookies: { [name]: cookie } })).json().userId
  t.equal(await me('shop', 'shop'), 'ada')
  t.equal(await me('admin', 'admin'), null, 'a customer is no administrator')
  await app.inject({ url: '/shop/write', cookies: { shop: cookie } })
  t.equal(await me('shop', 'shop'), 'ada')
  t.equal(await me('admin', 'admin'), null, 'nor after the session was written again')
})

t.test('each of several sessions of one application rotates and expires on its own terms', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  const folder = t.testdir()
  const registrations = { shop: { idleTimeoutMs: 3_600_000 }, admin: { idleTimeoutMs: 60_000, cookie: { name: 'admin', path: '/admin', sameSite: 'strict' } } } as const
  const inner: Record<string, FastifyInstance> = {}
  for (const [name, options] of Object.entries(registrations)) {
    await app.register(async (scope) => {
      inner[name] = scope
      const store = createMemoryStore({ environment: 'test' })
      await scope.register(secureSession, { environment: 'test', env: {}, store, secretFile: `${folder}/${name}/session-secrets.json`, ...options })
      scope.get(`/${name}/sign-in`, async (request) => request.signIn('ada'))
      scope.get(`/${name}/me`, async (request) => ({ userId: request.signedInUserId ?? null }))
    })
  }
  const jar = new CookieJar()
  const get = async (url: string) => {
    const response = await app.inject({ url, headers: jar.headers })
    jar.take(response)
    return response
  }
  const lifetimeOf = (line: string) => Date.parse(/Expires=([^;]+)/.exec(line)?.[1] ?? '') - Date.now()
  await get('/shop/sign-in')
  await get('/admin/sign-in')
  const [shop = '', admin = ''] = jar.received
  t.match(shop, /^sid=.*Path=\/;.*SameSite=Lax/)
  t.match(admin, /^admin=.*Path=\/admin;.*SameSite=Strict/)
  t.ok(lifetimeOf(shop) > 600_000 && lifetimeOf(admin) <= 61_000)

  await inner['admin']?.secureSession.rotate({ mode: 'immediate' })
  await get('/shop/me')
  await get('/admin/me')
  t.strictSame(jar.received.slice(2).map((line) => line.slice(0, line.indexOf('='))), ['admin'], 'only the rotated one is signed anew')
  t.strictSame((await get('/admin/me')).json(), { userId: 'ada' })
  t.strictSame((await get('/shop/me')).json(), { userId: 'ada' })
})

t.test('scopes below the one that registers see its sessions', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(secureSession, { environment: 'test', env: {}, store: createMemoryStore({ environment: 'test' }) })
  await app.register(async (child) => {
    child.get('/child', async (request) => {
      sessionOf(request).seen = true
      return Object.keys(sessionOf(request)).includes('seen')
    })
  })
  const response = await app.inject('/child')
  t.equal(response.body, 'true')
  t.match(response.headers['set-cookie'], /^sid=/)
})

t.test('registering twice in one scope is an error that says so', async (t) => {
  const app = fastify()
  t.teardown(() => app.close().catch(() => undefined))
  const options = { environment: 'test', env: {}, store: createMemoryStore({ environment: 'test' }) }
  await app.register(secureSession, options)
  await t.rejects(async () => app.register(secureSession, options), { code: 'FST_ERR_DEC_ALREADY_PRESENT' })
  const nested = fastify()
  t.teardown(() => nested.close().catch(() => undefined))
  await nested.register(secureSession, options)
  await t.rejects(async () => nested.register(async (scope) => scope.register(secureSession, options)), { code: 'FST_ERR_DEC_ALREADY_PRESENT' }, 'nor below')
})
