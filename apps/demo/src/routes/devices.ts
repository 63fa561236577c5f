import type { FastifyInstance } from 'fastify'
import { pathAfter } from '../page/deed.ts'
import { requireUser } from './require-user.ts'

const body = { type: 'object', required: ['key'], properties: { key: { type: 'string', pattern: '^[0-9a-f]{64}$' } } }

/** Sessions of the visitor in other browsers. */
export async function deviceRoutes(app: FastifyInstance): Promise<void> {
  const { secureSession } = app

  app.post<{ Body: { key: string } }>('/devices/end', { schema: { body }, preHandler: requireUser }, async (request, reply) => {
    // Anybody may write any key into a request: only a session of this user ends.
    const ended = await secureSession.sessions.end(request.signedInUserId ?? '', Buffer.from(request.body.key, 'hex'))
    return reply.redirect(ended ? pathAfter('ended') : '/', 303)
  })

  app.post('/devices/end-others', { preHandler: requireUser }, async (request, reply) => {
    await secureSession.sessions.endAll(request.signedInUserId ?? '', { except: request.session.sessionId })
    return reply.redirect(pathAfter('ended'), 303)
  })
}
