import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { refuse } from '../app/fastify-routes.ts'
import { giveKey, keyOf } from '../app/limit-key.ts'
import { createSampleSession, nextUserId } from '../app/sample-session.ts'
import { serveFastify } from '../app/serve-fastify.ts'
import { readServerSettings } from '../app/server-settings.ts'

// One GET of as many bytes, neither parsed nor verified, with the driver's own way to collect commands.
const redis = new Redis(readServerSettings().redisUrl, { enableAutoPipelining: true })
const app = Fastify()
app.get('/read', async (request, reply) => {
  const value = await redis.getBuffer(keyOf(request))
  return value === null ? refuse(reply) : { name: 'Ada Lovelace' }
})
app.post<{ Querystring: { bytes: string } }>('/sign-in', async (request, reply) => {
  const key = nextUserId()
  await redis.set(key, JSON.stringify(createSampleSession(key, Number(request.query.bytes))))
  return giveKey(reply, key)
})

await serveFastify(app)
