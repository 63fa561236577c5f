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
})
