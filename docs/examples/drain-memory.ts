import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { createMemoryReader, importSessions } from '@keyturn/migration'
import { createProvidersFromEnvironment, createSecretManager } from '@keyturn/secret-providers'
import { createPostgresStore, createSealedSessions } from '@keyturn/session-stores'
import Fastify from 'fastify'

const app = Fastify({ logger: true })
await app.register(fastifyCookie)

// The application as it is, but for the map that it hands to its store.
const inMemory = new Map()
await app.register(fastifySession, {
  secret: process.env.OLD_SECRET ?? '',
  store: new fastifySession.MemoryStore(inMemory),
  cookie: { secure: false, maxAge: 3_600_000 },
})

app.addHook('onClose', async () => {
  const store = createPostgresStore({ url: process.env.DATABASE_URL ?? '' })
  const secrets = await createSecretManager({
    providers: await createProvidersFromEnvironment({}),
    environment: process.env.NODE_ENV ?? 'production',
  })
  const report = await importSessions({
    from: createMemoryReader({ sessions: inMemory }),
    into: createSealedSessions({ store, keyring: secrets.keyring }),
    userIdOf: (data) => data['user'] as string | undefined,
  })
  app.log.info({ outcomes: report.outcomes }, 'sessions were moved')
  await Promise.all([store.close(), secrets.close()])
})

app.post('/sign-in/:user', async (request) => {
  request.session.user = (request.params as { user: string }).user
  return {}
})

process.once('SIGTERM', () => void app.close())
await app.listen({ port: Number(process.env.PORT ?? 3000) })

declare module 'fastify' {
  interface Session {
    user?: string
  }
}
