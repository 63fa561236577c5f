import type { FastifyInstance } from 'fastify'
import { pathAfter } from '../page/deed.ts'
import { restartingPage } from '../page/notice-page.ts'
import { identity } from '../process/server-identity.ts'
import { requireUser } from './require-user.ts'

interface OperatorOptions {
  readonly askForRestart: () => void
}

/** What an operator does in a terminal elsewhere: rotate, restart. */
export async function operatorRoutes(app: FastifyInstance, { askForRestart }: OperatorOptions): Promise<void> {
  app.post('/rotate', { preHandler: requireUser }, async (_request, reply) => {
    await app.secureSession.rotate({ mode: 'immediate' })
    return reply.redirect(pathAfter('rotated'), 303)
  })

  app.post('/stage', { preHandler: requireUser }, async (_request, reply) => {
    await app.secureSession.rotate({ mode: 'staged' })
    return reply.redirect(pathAfter('staged'), 303)
  })

  app.post('/restart', { preHandler: requireUser }, async (_request, reply) => {
    // Closing waits for this answer.
    askForRestart()
    return reply.code(202).type('text/html; charset=utf-8').send(restartingPage(pathAfter('restarted')))
  })

  app.get('/process', async (_request, reply) => reply.header('cache-control', 'no-store').type('text/plain').send(identity.instance))
}
