import fastifyCookie from '@fastify/cookie'
import fastifySession, { type SessionStore } from '@fastify/session'
import Fastify from 'fastify'
import { addSessionRoutes } from './fastify-routes.ts'
import { fastifySessionOptions } from './fastify-session-options.ts'
import { serveFastify } from './serve-fastify.ts'
import type { ServerSettings } from './server-settings.ts'

/** @fastify/session on any store, by default its own in memory. */
export async function serveFastifySession(settings: ServerSettings, store?: SessionStore): Promise<void> {
  const app = Fastify()
  await app.register(fastifyCookie)
  await app.register(fastifySession, fastifySessionOptions(settings, store))
  addSessionRoutes(app, {
    async signIn(request, _userId, sample) {
      Object.assign(request.session, sample)
    },
  })
  await serveFastify(app)
}
