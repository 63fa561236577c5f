import type { SessionStore } from '@fastify/session'
import type { Session } from 'fastify'
import { Redis } from 'ioredis'
import { serveFastifySession } from '../app/serve-fastify-session.ts'
import { readServerSettings } from '../app/server-settings.ts'

const settings = readServerSettings()
const redis = new Redis(settings.redisUrl)

// The store that one writes in an afternoon: JSON, one GET, one SET with an expiry.
const store: SessionStore = {
  get(id, callback) {
    redis.get(id).then((text) => callback(null, text === null ? null : (JSON.parse(text) as Session)), callback)
  },
  set(id, session, callback) {
    redis.set(id, JSON.stringify(session), 'PX', settings.idleTimeoutMs).then(() => callback(), callback)
  },
  destroy(id, callback) {
    redis.del(id).then(() => callback(), callback)
  },
}

await serveFastifySession(settings, store)
