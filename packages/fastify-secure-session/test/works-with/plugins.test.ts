import csrfProtection from '@fastify/csrf-protection'
import flash from '@fastify/flash'
import helmet from '@fastify/helmet'
import { Authenticator, Strategy } from '@fastify/passport'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import { secureSession } from '../../src/index.ts'
import { sessionOf } from '../fixtures/apps.ts'
import { CookieJar } from '../fixtures/cookies.ts'

type Rest = 'in a store' | 'in cookies'

async function start(t: Test, rest: Rest, build: (app: FastifyInstance) => Promise<void>) {
  const app = fastify()
  t.teardown(() => app.close())
  const options = rest === 'in cookies' ? { stateless: true } : { store: createMemoryStore({ environment: 'test' }) }
  await app.register(secureSession, { environment: 'test', env: {}, ...options })
  await build(app)
  const jar = new CookieJar()
  const call = async (method: 'GET' | 'POST', url: string, headers: Record<string, string> = {}) => {
    const response = await app.inject({ method, url, headers: { ...jar.headers, ...headers } })
    jar.take(response)
    return response
  }
  return { app, jar, call }
}

for (const rest of ['in a store', 'in cookies'] as const) {
  t.test(`@fastify/csrf-protection keeps its secret in the session: sessions ${rest}`, async (t) => {
    const { call } = await start(t, rest, async (app) => {
      await app.register(csrfProtection, { sessionPlugin: '@fastify/session' })
      app.get('/form', async (_request, reply) => reply.generateCsrf())
      app.post('/act', { onRequest: (...args) => app.csrfProtection(...args) }, async () => 'done')
    })
    const token = (await call('GET', '/form')).body
    t.equal((await call('POST', '/act')).statusCode, 403)
    t.equal((await call('POST', '/act', { 'csrf-token': token })).body, 'done')
  })

  t.test(`@fastify/flash hands a message to the next request, once: sessions ${rest}`, async (t) => {
    const { call } = await start(t, rest, async (app) => {
      await app.register(flash)
      app.get('/say', async (request) => {
        request.flash('info', 'saved')
        return 'said'
      })
      app.get('/hear', async (_request, reply) => reply.flash('info'))
    })
    await call('GET', '/say')
    t.strictSame((await call('GET', '/hear')).json(), ['saved'])
    t.strictSame((await call('GET', '/hear')).json(), [])
  })

  t.test(`@fastify/passport signs in, and its user is there on the next request: sessions ${rest}`, async (t) => {
    class Named extends Strategy {
      override authenticate(request: FastifyRequest): void {
        const { name } = request.query as { name?: string }
        if (name === undefined) this.fail(401)
        else this.success({ name })
      }
    }
    const passport = new Authenticator()
    passport.use('named', new Named('named'))
    passport.registerUserSerializer(async (user: { name: string }) => user.name)
    passport.registerUserDeserializer(async (name: string) => ({ name }))
    const { call, jar } = await start(t, rest, async (app) => {
      await app.register(passport.initialize())
      await app.register(passport.secureSession())
      app.get('/login', { preValidation: passport.authenticate('named', { authInfo: false }) }, async (request) => request.user)
      app.get('/plant', async (request) => {
        sessionOf(request).planted = true
        return 'planted'
      })
      app.get('/me', async (request) => request.user ?? {})
      app.get('/logout', async (request) => {
        await request.logOut()
        return 'out'
      })
    })
    await call('GET', '/plant')
    const planted = jar.get('sid')
    t.strictSame((await call('GET', '/login?name=ada')).json(), { name: 'ada' })
    t.not(jar.get('sid'), planted, 'under a new id')
    t.strictSame((await call('GET', '/me')).json(), { name: 'ada' })
    await call('GET', '/logout')
    t.strictSame((await call('GET', '/me')).json(), {})
  })

  t.test(`@fastify/helmet and a session cookie leave with the same reply: sessions ${rest}`, async (t) => {
    const { call } = await start(t, rest, async (app) => {
      await app.register(helmet)
      app.get('/set', async (request) => {
        sessionOf(request).seen = true
        return 'set'
      })
    })
    const { headers } = await call('GET', '/set')
    t.ok(headers['content-security-policy'])
    t.match(headers['set-cookie'], /^sid=/)
  })
}
