import type { FastifySessionOptions, SessionStore } from '@fastify/session'
import { SECRET, type ServerSettings } from './server-settings.ts'

/** Set on each response, or only by a sign-in: that is what `rolling` decides. */
export function fastifySessionOptions({ rolling, idleTimeoutMs }: ServerSettings, store?: SessionStore): FastifySessionOptions {
  return {
    secret: SECRET,
    rolling,
    saveUninitialized: false,
    cookie: { secure: false, maxAge: idleTimeoutMs },
    ...(store === undefined ? {} : { store }),
  }
}
