import type { FastifyInstance } from 'fastify'
import { pathAfter } from '../page/deed.ts'
import { MAX_NAME_LENGTH } from '../page/welcome.ts'
import { deviceName } from '../state/device-name.ts'

const body = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1, maxLength: MAX_NAME_LENGTH, pattern: '\\S' } },
}

export async function signInRoutes(app: FastifyInstance): Promise<void> {
  app.post<{ Body: { name: string } }>('/sign-in', { schema: { body } }, async (request, reply) => {
    // No password: whoever says so is Ada. Here an application checks one, or a passkey.
    await request.signIn(request.body.name.trim(), { keep: ['basket'] })
    request.session.device = deviceName(request.headers['user-agent'])
    return reply.redirect(pathAfter('signed-in'), 303)
  })

  app.post('/sign-out', async (request, reply) => {
    await request.signOut()
    return reply.redirect(pathAfter('signed-out'), 303)
  })
}
