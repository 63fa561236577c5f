import { secureSession } from '@keyturn/fastify-secure-session'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import type { SessionStore } from '@keyturn/session-stores'
import Fastify, { type FastifyInstance } from 'fastify'
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'

const PAGE = readFileSync(new URL('../concepts/what-a-request-costs.md', import.meta.url), 'utf8')

interface Counts {
  read: number
  write: number
  touch: number
  deletion: number
}

interface Visit {
  readonly app: FastifyInstance
  /** Sends a request with the cookie of the last reply. */
  readonly send: (path: string) => Promise<void>
  /** What was asked of the store since the last look, the work after replies included. */
  readonly count: () => Promise<Counts>
}

async function visit(t: Test, options: { readonly touchIntervalMs?: number } = {}): Promise<Visit> {
  const counts: Counts = { read: 0, write: 0, touch: 0, deletion: 0 }
  const memory = createMemoryStore({ environment: 'test' })
  const store: SessionStore = {
    ...memory,
    get: (key) => (counts.read++, memory.get(key)),
    put: (key, record, expected) => (counts.write++, memory.put(key, record, expected)),
    touch: (key, expiresAt) => (counts.touch++, memory.touch(key, expiresAt)),
    destroy: (key) => (counts.deletion++, memory.destroy(key)),
  }
  const app = Fastify()
  const secretFile = `${t.testdir()}/secrets/session-secrets.json`
  await app.register(secureSession, { store, secretFile, env: { NODE_ENV: 'test' }, ...options })
  app.get('/plain', async () => ({}))
  app.get('/read', async (request) => ({ items: request.session.items }))
  app.get('/write', async (request) => ({ items: (request.session.items = (request.session.items ?? 0) + 1) }))
  app.get('/sign-in', async (request) => request.signIn('ada'))
  app.get('/sign-out', async (request) => request.signOut())
  t.teardown(() => app.close())

  let cookie = ''
  return {
    app,
    async send(path) {
      const response = await app.inject({ url: path, headers: cookie === '' ? {} : { cookie } })
      t.equal(response.statusCode, 200)
      const [sent] = response.cookies
      if (sent !== undefined) cookie = `${sent.name}=${encodeURIComponent(sent.value)}`
    },
    async count() {
      await new Promise((resolve) => setImmediate(resolve))
      const taken = { ...counts }
      Object.assign(counts, { read: 0, write: 0, touch: 0, deletion: 0 })
      return taken
    },
  }
}

/** What the page says of a kind of request, waited for and after the reply together. */
function promised(request: string): Counts {
  const row = PAGE.split('\n').find((line) => line.startsWith(`| ${request} |`))
  if (row === undefined) throw new Error(`The page has no row '${request}'.`)
  const number = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(row)?.[1] ?? 0)
  return { read: number('read'), write: number('write'), touch: number('touch'), deletion: number('deletion') }
}

t.test('no cookie, session not used', async (t) => {
  const { send, count } = await visit(t)
  await send('/plain')
  t.strictSame(await count(), promised(t.name))
})

t.test('cookie that does not verify', async (t) => {
  const { app, count } = await visit(t)
  await app.inject({ url: '/read', headers: { cookie: `sid=${'a'.repeat(32)}.${'b'.repeat(43)}` } })
  t.strictSame(await count(), promised(t.name))
})

t.test('session only read', async (t) => {
  const { send, count } = await visit(t)
  await send('/write')
  await count()
  await send('/read')
  t.strictSame(await count(), promised(t.name))
})

t.test('session only read, expiry due to move', async (t) => {
  const { send, count } = await visit(t, { touchIntervalMs: 0 })
  await send('/write')
  await count()
  await new Promise((resolve) => setTimeout(resolve, 5))
  await send('/read')
  t.strictSame(await count(), promised(t.name))
})

t.test('session changed', async (t) => {
  const { send, count } = await visit(t)
  await send('/write')
  await count()
  await send('/write')
  t.strictSame(await count(), promised(t.name))
})

t.test('first request after a rotation', async (t) => {
  const { app, send, count } = await visit(t)
  await send('/write')
  await app.secureSession.rotate({ mode: 'immediate' })
  await count()
  await send('/read')
  t.strictSame(await count(), promised(t.name))
  await send('/read')
  t.strictSame(await count(), promised('session only read'), 'and the next one is like any other')
})

t.test('sign-in over an anonymous session', async (t) => {
  const { send, count } = await visit(t)
  await send('/write')
  await count()
  await send('/sign-in')
  t.strictSame(await count(), promised(t.name))
})

t.test('sign-out', async (t) => {
  const { send, count } = await visit(t)
  await send('/sign-in')
  await count()
  await send('/sign-out')
  t.strictSame(await count(), promised(t.name))
})

declare module 'fastify' {
  interface Session {
    items?: number
  }
}
