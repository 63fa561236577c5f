import type { SessionStore } from '@fastify/session'
import type { LoadedSession } from '@keyturn/session-stores'
import { readCookieWish } from './cookie-wish.ts'
import { carry, endedEntry, entryOf, newEntry } from './session-entry.ts'
import { dataOf } from './session-data.ts'
import type { SessionRecords } from './session-records.ts'

/** The store that @fastify/session is given. */
export interface FastifySessionStore extends SessionStore {
  /**
   * Lets `get` answer at once for the session that the cookie was just verified and read for, so that it is read once,
   * while `build` runs. What it answers is empty: it is filled after @fastify/session has hashed it.
   */
  handOver(loaded: LoadedSession, build: () => void): void
}

type Callback = (error?: unknown) => void

export function createFastifySessionStore(records: SessionRecords, defaultIdleTimeoutMs: number): FastifySessionStore {
  let handedOver: LoadedSession | undefined

  // @fastify/session lets configuration win only where the stored cookie says nothing: it gets no attributes.
  const cookieOf = ({ expiresAt, meta }: LoadedSession) => ({
    expires: new Date(expiresAt),
    originalMaxAge: meta.idleTimeoutMs ?? defaultIdleTimeoutMs,
  })

  const restored = (loaded: LoadedSession) => ({ ...loaded.data, cookie: cookieOf(loaded), ...carry(newEntry(loaded)) })

  // `reload` of a session that was ended: @fastify/session would build a new one under the old id.
  const ended = () => ({ cookie: { expires: null, originalMaxAge: defaultIdleTimeoutMs }, ...carry(endedEntry()) })

  return {
    handOver(loaded, build) {
      handedOver = loaded
      try {
        build()
      } finally {
        handedOver = undefined
      }
    },
    get(id, callback) {
      if (handedOver?.id === id) {
        const loaded = handedOver
        handedOver = undefined
        callback(null, { cookie: cookieOf(loaded) })
        return
      }
      records.open(id).then(
        (opened) => callback(null, opened.kind === 'live' ? restored(opened.loaded) : ended()),
        (error: unknown) => callback(error),
      )
    },
    set(id, session, callback: Callback) {
      save(id, session).then(() => callback(), callback)
    },
    destroy(id, callback: Callback) {
      records.end(id).then(() => callback(), callback)
    },
  }

  async function save(id: string, session: object): Promise<void> {
    const entry = entryOf(session)
    readCookieWish(session, entry, defaultIdleTimeoutMs)
    await records.save(id, entry, dataOf(session))
  }
}
