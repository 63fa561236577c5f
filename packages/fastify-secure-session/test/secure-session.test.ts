import { createMemoryStore } from '@keyturn/session-stores/memory'
import fastify from 'fastify'
import t from 'tap'
import { secureSession } from '../src/index.ts'
import { plainRoutes, type Routes, secureApp } from './fixtures/apps.ts'

const routes: Routes = (app) => {
  plainRoutes(app)
  app.get('/sign-in/:user', async (request) => request.signIn((request.params as { user: string }).user))
}

t.test('statistics count sessions by key, and ask the store once a minute', async (t) => {
  const memory = createMemoryStore({ environment: 'test' })
  let asked = 0
  const count = memory.statistics
  if (count === undefined) return t.fail('memory counts')
  const store = { ...memory, statistics: () => (asked++, count()) }
  const browser = await secureApp(store, { folder: t.testdir() }, routes)
  t.teardown(() => browser.close())
  await browser.app.ready()
  await browser.get('/sign-in/ada')
  const before = asked
  const [counted, again] = [await browser.app.secureSession.statistics(), await browser.app.secureSession.statistics()]
  t.match(counted, { total: 1, active: 1, expired: 0, countedAt: Number })
  t.strictSame([...(counted?.byKeyId ?? [])], [[browser.app.secureSession.keyring.current.primary('session').id, 1]])
  t.equal(again, counted)
  t.equal(asked, before + 1)
})

t.test('rotate stages first, signs after the propagation time, or signs at once where that is asked', async (t) => {
  const browser = await secureApp(createMemoryStore({ environment: 'test' }), { folder: t.testdir() }, routes)
  t.teardown(() => browser.close())
  const { secureSession } = browser.app
  const primary = () => secureSession.keyring.current.primary('cookie').id
  const first = primary()
  const staged = await secureSession.rotate()
  t.match(staged, { outcome: 'staged', primaryKeyId: first, promoteAt: Number })
  t.equal(primary(), first)
  t.equal(secureSession.keyring.current.accepted('cookie').length, 2, 'accepted already')
  const promoted = await secureSession.rotate({ mode: 'immediate' })
  t.equal(promoted.outcome, 'promoted')
  t.equal(primary(), promoted.primaryKeyId)
  t.not(primary(), first)
})

t.test('rotate of a secret that cannot be written says how to go about it', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  const env = { SESSION_SECRET: 'siYC7x-RtyWUk73DECXc6SNmXowUMWZag7ZQUPGQKBI' }
  await app.register(secureSession, { environment: 'test', env, store: createMemoryStore({ environment: 'test' }) })
  await t.rejects(app.secureSession.rotate(), { code: 'KEYTURN_ROTATION_UNSUPPORTED' })
})

t.test('health tells of store and secret, and holds nothing secret', async (t) => {
  let down = false
  const memory = createMemoryStore({ environment: 'test' })
  const store = { ...memory, ping: () => (down ? Promise.reject(new Error('down')) : memory.ping()) }
  const app = fastify()
  t.teardown(() => app.close())
  const secret = 'siYC7x-RtyWUk73DECXc6SNmXowUMWZag7ZQUPGQKBI'
  await app.register(secureSession, { environment: 'test', env: { SESSION_SECRET: secret }, store })
  const health = await app.secureSession.health()
  t.match(health, { status: 'ok', store: { name: 'memory', reachable: true, latencyMs: Number }, secret: { ephemeral: false } })
  t.notMatch(JSON.stringify(health), secret)
  down = true
  const bad = await app.secureSession.health()
  t.match(bad, { status: 'unavailable', store: { reachable: false } })
  t.notOk('latencyMs' in bad.store)
})

for (const stateless of [false, true]) {
  t.test(`compromise ends every session at once, ${stateless ? 'also those in cookies' : 'as no key opens them'}`, async (t) => {
    const options = stateless ? { stateless } : { store: createMemoryStore({ environment: 'test' }) }
    const app = fastify()
    t.teardown(() => app.close())
    await app.register(secureSession, { environment: 'test', env: {}, secretFile: `${t.testdir()}/secrets/s.json`, ...options })
    app.get('/sign-in', async (request) => request.signIn('ada'))
    app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))
    const { value = '' } = (await app.inject('/sign-in')).cookies[0] ?? {}
    const me = async () => (await app.inject({ url: '/me', cookies: { sid: value } })).json().userId
    t.equal(await me(), 'ada')
    const old = app.secureSession.keyring.current.primary('cookie').id
    t.strictSame(await app.secureSession.compromise(), [old])
    t.equal(await me(), null)
  })
}
