import Fastify from 'fastify'
import { secureSession } from '@keyturn/fastify-secure-session'

const app = Fastify({ logger: true })
await app.register(secureSession)

app.post('/sign-in', async (request) => {
  await request.signIn('ada')
  return { hello: request.signedInUserId }
})

app.get('/me', async (request) => ({ user: request.signedInUserId ?? null }))

await app.listen({ port: Number(process.env.PORT ?? 3000) })
