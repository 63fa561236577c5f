import type { SessionStore } from '@fastify/session'
import type { LoadedSession } from '@keyturn/session-stores'
import type { CookieSigner } from '@keyturn/token-crypto'
import { readCookieWish } from './cookie-wish.ts'
import { LateSignature } from './late-signature.ts'
import { emptySession } from './own-session.ts'
import { carry, endedEntry, entryOf, newEntry } from './session-entry.ts'
import { dataOf } from './session-data.ts'
import type { SessionRecords } from './session-records.ts'

/** What @fastify/session is given: its store, and its signer. */
export interface FastifySessionStore extends SessionStore {
  readonly signer: CookieSigner
  /**
   * Lets @fastify/session build, in this turn of the event loop, the session of a cookie that was just verified and
   * read for, so that neither is done twice. What `get` answers then is empty: it is filled after @fastify/session has
   * hashed it.
   */
  handOver(verified: VerifiedSession, build: () => void): void
  /** Lets @fastify/session build, in this turn of the event loop, a session with a new id, which is not signed yet. */
  buildNew(build: () => void): void
}

export interface VerifiedSession {
  readonly loaded: LoadedSession
  /** The session's id with a signature of today's primary key; `undefined` where it carries an older one. */
  readonly cookie: string | undefined
}

export interface FastifySessionStoreOptions {
  readonly records: SessionRecords
  readonly signer: CookieSigner
  readonly idleTimeoutMs: number
}

type Callback = (error?: unknown) => void

export function createFastifySessionStore({ records, signer, idleTimeoutMs }: FastifySessionStoreOptions): FastifySessionStore {
  // From `handOver` until @fastify/session signs the id, which is the last that it does for a session it restores.
  let verified: VerifiedSession | undefined
  // From `buildNew` until @fastify/session signs the new id.
  let isNew = false

  // @fastify/session lets configuration win only where the stored cookie says nothing: it gets no attributes.
  const cookieOf = ({ expiresAt, meta }: LoadedSession) => ({
    expires: new Date(expiresAt),
    originalMaxAge: meta.idleTimeoutMs ?? idleTimeoutMs,
  })

  const restored = (loaded: LoadedSession) => ({ ...loaded.data, cookie: cookieOf(loaded), ...carry(newEntry(loaded)) })

  // `reload` of a session that was ended: @fastify/session would build a new one under the old id.
  const ended = () => ({ cookie: { expires: null, originalMaxAge: idleTimeoutMs }, ...carry(endedEntry()) })

  return {
    handOver(given, build) {
      verified = given
      try {
        build()
      } finally {
        verified = undefined
      }
    },
    buildNew(build) {
      isNew = true
      try {
        build()
      } finally {
        isNew = false
      }
    },
    signer: {
      unsign(cookie) {
        if (verified?.cookie !== cookie) return signer.unsign(cookie)
        return { valid: true, renew: false, value: verified.loaded.id }
      },
      sign(id) {
        if (isNew) {
          isNew = false
          return new LateSignature(id, signer) as unknown as string
        }
        const { loaded, cookie } = verified ?? {}
        verified = undefined
        return cookie !== undefined && loaded?.id === id ? cookie : signer.sign(id)
      },
    },
    get(id, callback) {
      if (verified?.loaded.id === id) {
        callback(null, emptySession(cookieOf(verified.loaded)))
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
    readCookieWish(session, entry, idleTimeoutMs)
    await records.save(id, entry, { data: dataOf(session) })
  }
}
