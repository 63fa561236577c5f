import Fastify from 'fastify'
import { serveFastify } from '../app/serve-fastify.ts'

// Fastify alone: what a request costs before there is any session.
const app = Fastify()
app.get('/read', async () => ({ name: 'Ada Lovelace' }))
app.post('/sign-in', async (_request, reply) => reply.header('set-cookie', 'key=none').send({ userId: 'none' }))

await serveFastify(app)
