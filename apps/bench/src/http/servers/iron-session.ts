import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { getIronSession, type IronSession } from 'iron-session'
import { refuse } from '../app/fastify-routes.ts'
import { type BenchSession, createSampleSession, nextUserId } from '../app/sample-session.ts'
import { serveFastify } from '../app/serve-fastify.ts'
import { readServerSettings, SECRET } from '../app/server-settings.ts'

const options = {
  cookieName: 'session',
  password: SECRET,
  ttl: readServerSettings().idleTimeoutMs / 1000,
  cookieOptions: { secure: false },
}

const app = Fastify()

app.get('/read', async (request, reply) => {
  const { user } = await open(request, reply)
  return user === undefined ? refuse(reply) : { name: user.name }
})
app.get('/whole', async (request, reply) => open(request, reply))
app.get('/anonymous', async (request, reply) => ({ name: (await open(request, reply)).user?.name ?? null }))
app.post('/change', async (request, reply) => {
  const session = await open(request, reply)
  if (session.user === undefined) return refuse(reply)
  session.count = (session.count ?? 0) + 1
  await session.save()
  return { count: session.count }
})
app.post<{ Querystring: { bytes: string } }>('/sign-in', async (request, reply) => {
  const userId = nextUserId()
  const session = await open(request, reply)
  Object.assign(session, createSampleSession(userId, Number(request.query.bytes)))
  await session.save()
  return { userId }
})

await serveFastify(app)

async function open({ raw: request }: FastifyRequest, { raw: response }: FastifyReply): Promise<IronSession<BenchSession>> {
  return getIronSession<BenchSession>(request, response, options)
}
