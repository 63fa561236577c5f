import { createMemoryStore } from '@keyturn/session-stores/memory'
import fastify from 'fastify'
import t from 'tap'
import { secureSession } from '../../src/index.ts'

t.test('a test of an application carries the cookie that inject parsed, and chains requests', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(secureSession, { environment: 'test', env: {}, store: createMemoryStore({ environment: 'test' }) })
  app.post('/sign-in', async (request) => request.signIn('ada'))
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))

  const [cookie] = (await app.inject({ method: 'POST', url: '/sign-in' })).cookies
  t.match(cookie, { name: 'sid', httpOnly: true, sameSite: 'Lax', path: '/' })
  const { name = '', value = '' } = cookie ?? {}
  t.strictSame((await app.inject({ url: '/me', cookies: { [name]: value } })).json(), { userId: 'ada' })
  t.strictSame((await app.inject().get('/me').cookies({ [name]: value }).end()).json(), { userId: 'ada' })
  t.strictSame((await app.inject('/me')).json(), { userId: null })
})
