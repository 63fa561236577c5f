import { type Clock, systemClock } from '@keyturn/token-crypto'
import type { LegacySession, LegacyStore } from './legacy-store.ts'
import { parseSessionJson, toSessionObject } from './session-json.ts'

/**
 * The sessions themselves: the `Map` that was given to the `Store` of @fastify/session (its property `store`), or the
 * property `sessions` of express-session's `MemoryStore`.
 */
export type MemorySessions = Map<string, unknown> | Record<string, unknown>

export interface MemorySessionsOptions {
  readonly sessions: MemorySessions
  /** How long a session lives that does not say, milliseconds. Default one day. */
  readonly lifetimeMs?: number
  readonly clock?: Clock
}

const DAY_MS = 86_400_000

/** Sessions in the memory of this process: to be drained into another store before it ends. */
export function createMemoryReader({ sessions, lifetimeMs = DAY_MS, clock = systemClock }: MemorySessionsOptions): LegacyStore {
  const isMap = sessions instanceof Map
  const get = (id: string): unknown => (isMap ? sessions.get(id) : Object.hasOwn(sessions, id) ? sessions[id] : undefined)

  function read(id: string): LegacySession | undefined {
    const stored = get(id)
    const parsed = stored === undefined ? undefined : parseSessionJson(stored)
    if (parsed === undefined) return undefined
    const { data, cookie, cookieExpiresAt } = parsed
    const expiresAt = cookieExpiresAt ?? clock.now() + lifetimeMs
    if (expiresAt <= clock.now()) return undefined
    return cookie === undefined ? { id, data, expiresAt } : { id, data, expiresAt, cookie }
  }

  return Object.freeze({
    name: 'memory',
    read: async (id: string) => read(id),
    async write(session: LegacySession, mode: 'create' | 'update') {
      if (mode === 'update' && get(session.id) === undefined) return
      const value = toSessionObject(session, clock.now())
      if (isMap) sessions.set(session.id, value)
      else sessions[session.id] = JSON.stringify(value)
    },
    async destroy(id: string) {
      if (get(id) === undefined) return false
      return isMap ? sessions.delete(id) : Reflect.deleteProperty(sessions, id)
    },
    async *scan() {
      for (const id of isMap ? [...sessions.keys()] : Object.keys(sessions)) {
        const session = read(id)
        if (session !== undefined) yield session
      }
    },
  })
}
