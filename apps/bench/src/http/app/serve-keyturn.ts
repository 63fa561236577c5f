import { secureSession } from '@keyturn/fastify-secure-session'
import type { SessionStore } from '@keyturn/session-stores'
import Fastify from 'fastify'
import { addSessionRoutes } from './fastify-routes.ts'
import { keyturnOptions } from './keyturn-options.ts'
import { serveFastify } from './serve-fastify.ts'
import type { ServerSettings } from './server-settings.ts'

/** Keyturn on any store: sealed, with key ids, versions and the owner index. */
export async function serveKeyturn(settings: ServerSettings, store: SessionStore): Promise<void> {
  const app = Fastify()
  await app.register(secureSession, keyturnOptions(settings, store))
  app.addHook('onClose', async () => store.close())
  addSessionRoutes(app, {
    async signIn(request, userId, sample) {
      await request.signIn(userId)
      Object.assign(request.session, sample)
    },
  })
  await serveFastify(app, {
    rotate: async () => {
      await app.secureSession.rotate({ mode: 'immediate' })
    },
  })
}
