import Fastify from 'fastify'
import { secureSession } from '@keyturn/fastify-secure-session'

const app = Fastify({ logger: true })
await app.register(secureSession, { secretFile: './secrets/session-secrets.json' })

app.post('/sign-in/:user', async (request) => {
  const { user } = request.params as { user: string }
  await request.signIn(user, { keep: ['basket'] })
  return { hello: user }
})

app.post('/basket/:item', async (request) => {
  const { item } = request.params as { item: string }
  request.session.basket = [...(request.session.basket ?? []), item]
  return { of: request.signedInUserId, items: request.session.basket }
})

// For operators: keep it off the public network.
app.post('/operator/rotate', async () => app.secureSession.rotate())

await app.listen({ port: Number(process.env.PORT ?? 3000) })

declare module 'fastify' {
  interface Session {
    basket?: string[]
  }
}
