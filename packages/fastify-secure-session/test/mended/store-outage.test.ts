import { createMemoryStore } from '@keyturn/session-stores/memory'
import type { SessionStore } from '@keyturn/session-stores'
import t from 'tap'
import { bareApp, plainRoutes, type Routes, secureApp, type TestApp } from '../fixtures/apps.ts'

const routes: Routes = (app) => {
  plainRoutes(app)
  app.setErrorHandler(async (error, _request, reply) => {
    const { statusCode = 500, code } = error as { statusCode?: number; code?: string }
    return reply.code(statusCode).send({ answeredBy: 'the application', code })
  })
}

/** A store that works until it is told to reject. */
function failingStore(): SessionStore & { failing: Set<'get' | 'put'> } {
  const store = createMemoryStore()
  const failing = new Set<'get' | 'put'>()
  return {
    ...store,
    failing,
    get: (key) => (failing.has('get') ? Promise.reject(new Error('connection refused')) : store.get(key)),
    put: (...args) => (failing.has('put') ? Promise.reject(new Error('disk full')) : store.put(...args)),
  }
}

t.test('a store that rejects a read is a 503 with a code', async (t) => {
  const store = failingStore()
  const outcome = async (browser: TestApp) => {
    store.failing.clear()
    await browser.get('/set/user/ada')
    store.failing.add('get')
    const response = await browser.get('/read')
    store.failing.clear()
    return { status: response.statusCode, code: response.json().code, user: (await browser.get('/read')).json().user }
  }
  const bare = await bareApp(store, { rolling: false, idleTimeoutMs: 60_000 }, routes)
  t.match(await outcome(bare), { status: 500, code: undefined }, 'bare @fastify/session answers 500 without a code')
  const secure = await secureApp(store, { folder: t.testdir() }, routes)
  t.strictSame(await outcome(secure), { status: 503, code: 'KEYTURN_SESSION_STORE_UNAVAILABLE', user: 'ada' })
  await Promise.all([bare.close(), secure.close()])
})

t.test('a store that rejects a write is a 503 that the application words itself', async (t) => {
  const store = failingStore()
  const outcome = async (browser: TestApp) => {
    store.failing.add('put')
    const response = await browser.get('/set/user/ada')
    store.failing.clear()
    return { status: response.statusCode, answer: response.json(), cookies: browser.jar.size }
  }
  const bare = await bareApp(store, { rolling: false, idleTimeoutMs: 60_000 }, routes)
  t.not((await outcome(bare)).answer.answeredBy, 'the application', 'bare @fastify/session loses the answer')
  const secure = await secureApp(store, { folder: t.testdir() }, routes)
  t.strictSame(await outcome(secure), {
    status: 503,
    answer: { answeredBy: 'the application', code: 'KEYTURN_SESSION_STORE_UNAVAILABLE' },
    cookies: 0,
  })
  await Promise.all([bare.close(), secure.close()])
})

t.test('a request without a session needs no store', async (t) => {
  const store = failingStore()
  store.failing.add('get').add('put')
  const secure = await secureApp(store, { folder: t.testdir() }, routes)
  t.equal((await secure.get('/read')).statusCode, 200)
  t.equal((await secure.app.secureSession.health()).status, 'ok')
  await secure.close()
})
