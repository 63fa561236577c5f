import type { FastifyInstance, FastifyRequest } from 'fastify'

// An application as it is written for @fastify/session: nothing in it knows which plugin it runs on.

interface Data {
  visits?: number
  theme?: string
  user?: string
  cart?: { items: string[] }
}

type Session = FastifyRequest['session'] & Data
const sessionOf = (request: FastifyRequest): Session => request.session
const minutes = (ms: number | null | undefined): number | null => (typeof ms === 'number' ? Math.round(ms / 60_000) : null)

export function sampleApplication(app: FastifyInstance): void {
  app.get('/visit', async (request) => {
    const session = sessionOf(request)
    session.visits = (session.visits ?? 0) + 1
    return { visits: session.visits }
  })
  app.get('/look', async (request) => {
    const { visits, theme, user, cart } = sessionOf(request)
    return { visits, theme, user, cart }
  })
  app.get('/theme', async (request) => {
    const session = sessionOf(request) as { set(name: string, value: unknown): void; get(name: string): unknown }
    session.set('theme', 'dark')
    return { theme: session.get('theme'), nothing: session.get('nothing') ?? null }
  })
  app.get('/cart/:item', async (request) => {
    const session = sessionOf(request)
    session.cart ??= { items: [] }
    session.cart.items.push((request.params as { item: string }).item)
    return session.cart
  })
  app.get('/forget', async (request) => {
    delete sessionOf(request).cart
    return 'forgotten'
  })
  app.get('/login/:user', async (request) => {
    const before = request.session.sessionId
    await request.session.regenerate(['theme'])
    sessionOf(request).user = (request.params as { user: string }).user
    return { changed: request.session.sessionId !== before }
  })
  app.get('/fresh', (request, reply) => {
    request.session.regenerate((error: unknown) => {
      void reply.send({ error: error ?? null, keys: Object.keys(request.session).filter((name) => name !== 'cookie') })
    })
  })
  app.get('/logout', (request, reply) => {
    request.session.destroy((error: unknown) => {
      void reply.send({ error: error ?? null, session: request.session })
    })
  })
  app.get('/leave', async (request) => {
    await request.session.destroy()
    return { session: request.session }
  })
  app.get('/reload', async (request) => {
    sessionOf(request).theme = 'never kept'
    await request.session.reload()
    return { theme: sessionOf(request).theme }
  })
  app.get('/save', async (request) => {
    const { session } = request
    sessionOf(request).theme = 'saved'
    const before = { modified: session.isModified(), saved: session.isSaved() }
    await session.save()
    return { before, after: { modified: session.isModified(), saved: session.isSaved() } }
  })
  app.get('/cookie', async (request) => {
    const { path, httpOnly, secure, sameSite, maxAge, originalMaxAge, expires } = request.session.cookie
    return { path, httpOnly, secure, sameSite, maxAge: minutes(maxAge), originalMaxAge: minutes(originalMaxAge), expires: expires instanceof Date }
  })
  app.get('/longer', async (request) => {
    request.session.cookie.maxAge = 120 * 60_000
    sessionOf(request).theme = 'long'
    return 'longer'
  })
  app.get('/options', async (request) => {
    request.session.options({ maxAge: 180 * 60_000 })
    sessionOf(request).theme = 'longer'
    return 'longer still'
  })
  app.get('/touch', async (request) => {
    request.session.touch()
    return { maxAge: minutes(request.session.cookie.maxAge) }
  })
  app.get('/ids', async (request) => {
    const { sessionId, encryptedSessionId } = request.session
    return { length: sessionId.length, signed: encryptedSessionId.startsWith(`${sessionId}.`), signature: encryptedSessionId.length - sessionId.length }
  })
  app.get('/store', (request, reply) => {
    request.sessionStore.get(request.session.sessionId, (error: unknown, stored) => {
      void reply.send({ error: error ?? null, user: (stored as Data | undefined)?.user ?? null })
    })
  })
  app.get('/decrypt', (request, reply) => {
    // As applications do it for the upgrade of a websocket.
    const upgrade = {} as FastifyRequest
    app.decryptSession(request.session.encryptedSessionId, upgrade, () => void reply.send({ user: sessionOf(upgrade).user ?? null }))
  })
  app.get('/fails', async (request) => {
    sessionOf(request).theme = 'kept in spite of the error'
    throw new Error('of the application')
  })
  app.get('/redirect', async (request, reply) => {
    sessionOf(request).theme = 'kept across'
    return reply.redirect('/look')
  })
}

/** One walk through it: what each request asks for. */
export const WALK: readonly string[] = [
  '/look', '/visit', '/visit', '/look', '/theme', '/cart/apple', '/cart/pear', '/look', '/forget', '/look',
  '/login/ada', '/look', '/ids', '/store', '/decrypt', '/reload', '/look', '/save', '/look', '/cookie',
  '/longer', '/cookie', '/touch', '/options', '/cookie', '/fails', '/look', '/redirect', '/look',
  '/fresh', '/look', '/login/grace', '/look', '/logout', '/look', '/visit', '/leave', '/look', '/ids',
]
