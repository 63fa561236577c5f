import fastifyCookie from '@fastify/cookie'
import Fastify from 'fastify'
import { refuse } from '../app/fastify-routes.ts'
import { nextUserId } from '../app/sample-session.ts'
import { serveFastify } from '../app/serve-fastify.ts'
import { SECRET } from '../app/server-settings.ts'

// One signature verified, nothing stored: what a request costs once a cookie must be trusted.
const app = Fastify()
await app.register(fastifyCookie, { secret: SECRET })
app.get('/read', async (request, reply) => {
  const { valid } = request.unsignCookie(request.cookies['key'] ?? '')
  return valid ? { name: 'Ada Lovelace' } : refuse(reply)
})
app.post('/sign-in', async (_request, reply) => {
  const userId = nextUserId()
  return reply.setCookie('key', userId, { signed: true }).send({ userId })
})

await serveFastify(app)
