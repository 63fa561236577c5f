import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type BenchSession, createSampleSession, nextUserId, type SampleSession } from './sample-session.ts'

declare module 'fastify' {
  interface Session extends BenchSession {}
}

type SignIn = (request: FastifyRequest, userId: string, sample: SampleSession) => Promise<void>

/** The routes of every server whose session is `request.session`. */
export function addSessionRoutes(app: FastifyInstance, { signIn }: { readonly signIn: SignIn }): void {
  app.get('/read', async ({ session }, reply) => (session.user === undefined ? refuse(reply) : { name: session.user.name }))

  app.get('/whole', async ({ session: { user, preferences, basket, note, count } }) => ({ user, preferences, basket, note, count }))

  app.get('/anonymous', async ({ session }) => ({ name: session.user?.name ?? null }))

  app.post('/change', async ({ session }, reply) => {
    if (session.user === undefined) return refuse(reply)
    session.count = (session.count ?? 0) + 1
    return { count: session.count }
  })

  app.post<{ Querystring: { bytes: string } }>('/sign-in', async (request) => {
    const userId = nextUserId()
    await signIn(request, userId, createSampleSession(userId, Number(request.query.bytes)))
    return { userId }
  })
}

export function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(401).send({ error: 'not signed in' })
}
