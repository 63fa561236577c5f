import { secureSession } from '@keyturn/fastify-secure-session'
import { createConnectRedisReader } from '@keyturn/migration'
import { Secret } from '@keyturn/token-crypto'
import Fastify from 'fastify'
import { Redis } from 'ioredis'

const app = Fastify({ logger: true })
const redis = new Redis(process.env.REDIS_URL ?? 'redis://localhost:6379')
app.addHook('onClose', async () => redis.disconnect())

await app.register(secureSession, {
  legacy: {
    store: createConnectRedisReader({ client: redis }),
    cookies: {
      format: 'express-session',
      secrets: [Secret.fromText(process.env.EXPRESS_SESSION_SECRET ?? 'flowise')],
      acceptUntil: Date.parse(process.env.OLD_COOKIES_UNTIL ?? '2027-01-31'),
    },
    userIdOf: (data) => data['user'] as string | undefined,
  },
})

app.get('/me', async (request) => ({ user: request.signedInUserId ?? null }))
app.post('/sign-out', async (request) => request.signOut())

// For operators: keep these off the public network.
app.post('/operator/phase/:phase', async (request) => {
  const { phase } = request.params as { phase: 'reversible' | 'forward' | 'done' }
  app.secureSession.legacy?.setPhase(phase)
  return { phase, carried: app.secureSession.legacy?.carried }
})
app.post('/operator/import', async () => app.secureSession.legacy?.importSessions())

await app.listen({ port: Number(process.env.PORT ?? 3000) })
