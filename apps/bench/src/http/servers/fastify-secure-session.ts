import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import Fastify, { type FastifyPluginCallback, type FastifyRequest } from 'fastify'
import { refuse } from '../app/fastify-routes.ts'
import { type BenchSession, createSampleSession, nextUserId } from '../app/sample-session.ts'
import { serveFastify } from '../app/serve-fastify.ts'
import { readServerSettings, SECRET } from '../app/server-settings.ts'

interface CookieSession {
  get<Name extends keyof BenchSession>(name: Name): BenchSession[Name]
  set<Name extends keyof BenchSession>(name: Name, value: BenchSession[Name]): void
  data(): BenchSession
}

// Its types give `request.session` another shape than those of @fastify/session do.
const require = createRequire(import.meta.url)
const plugin = require('@fastify/secure-session') as FastifyPluginCallback<Record<string, unknown>>
const { idleTimeoutMs } = readServerSettings()

const app = Fastify()
await app.register(plugin, {
  key: createHash('sha256').update(SECRET).digest(),
  expiry: idleTimeoutMs / 1000,
  cookie: { path: '/', httpOnly: true },
})

app.get('/read', async (request, reply) => {
  const user = sessionOf(request).get('user')
  return user === undefined ? refuse(reply) : { name: user.name }
})
app.get('/whole', async (request) => sessionOf(request).data())
app.get('/anonymous', async (request) => ({ name: sessionOf(request).get('user')?.name ?? null }))
app.post('/change', async (request, reply) => {
  const session = sessionOf(request)
  if (session.get('user') === undefined) return refuse(reply)
  const count = (session.get('count') ?? 0) + 1
  session.set('count', count)
  return { count }
})
app.post<{ Querystring: { bytes: string } }>('/sign-in', async (request) => {
  const userId = nextUserId()
  const { user, preferences, basket, note } = createSampleSession(userId, Number(request.query.bytes))
  const session = sessionOf(request)
  session.set('user', user)
  session.set('preferences', preferences)
  session.set('basket', basket)
  session.set('note', note)
  return { userId }
})

await serveFastify(app)

function sessionOf(request: FastifyRequest): CookieSession {
  return request.session as unknown as CookieSession
}
