import type { FastifyRequest } from 'fastify'
import { readClient } from '../client/client-change.ts'
import type { ClientFacts } from '../client/client-facts.ts'
import { InsecureConnectionError, NotSignedInError } from '../errors.ts'
import { stateOf } from '../hooks/request-state.ts'
import type { SessionParts } from '../session-parts.ts'
import type { FastifySessionStore } from './fastify-session-store.ts'
import { dataOf } from './session-data.ts'
import { newEntry, type SessionEntry, entryOf } from './session-entry.ts'
import { isChallenged, reauthenticatedMeta, type SessionNotes, signedInMeta } from './session-meta.ts'
import { renewSession, startSession } from './start-session.ts'

export interface SignInOptions {
  /** Names in the anonymous session that the new one takes over, such as a basket. @default none */
  readonly keep?: readonly string[]
  /** Idle timeout of this session alone, in milliseconds, such as for "remember me". @default the plugin's */
  readonly idleTimeoutMs?: number
  /** What to remember of this session, such as the name of a device; sealed, and listed with the session. @default none */
  readonly metadata?: SessionNotes
}

/** What the plugin adds to a request. */
export interface RequestSession {
  signIn(request: FastifyRequest, userId: string, options?: SignInOptions): void
  signOut(request: FastifyRequest): Promise<void>
  reauthenticate(request: FastifyRequest): void
  userId(request: FastifyRequest): string | undefined
  challengedUserId(request: FastifyRequest): string | undefined
  signedInAt(request: FastifyRequest): number | undefined
}

type RequestSessionParts = Pick<SessionParts, 'records' | 'fastifyStore' | 'events' | 'clock' | 'options'>

export function createRequestSession({ records, fastifyStore, events, clock, options: { cookie, trackClients } }: RequestSessionParts): RequestSession {
  return {
    signIn(request, userId, options = {}) {
      checkSignIn(userId, options)
      refuseInClear(request)
      const { keep = [], idleTimeoutMs, metadata } = options
      const data = pick(dataOf(request.session ?? {}), keep)
      const meta = signedInMeta({ userId, now: clock.now(), client: clientOfRequest(request), idleTimeoutMs, metadata })
      replaceSession(request, data, meta, fastifyStore)
      events.emit('signed-in', { id: request.session.sessionId, userId })
    },
    reauthenticate(request) {
      refuseInClear(request)
      const { meta } = currentEntry(request)
      if (meta.userId === undefined) throw new NotSignedInError()
      replaceSession(request, dataOf(request.session), reauthenticatedMeta(meta, clock.now(), clientOfRequest(request)), fastifyStore)
      events.emit('reauthenticated', { id: request.session.sessionId, userId: meta.userId })
    },
    async signOut(request) {
      const { loaded, replaces, meta } = currentEntry(request)
      if (loaded !== undefined) await records.end(loaded.id)
      if (replaces !== undefined) await records.end(replaces)
      if (loaded !== undefined) events.emit('signed-out', { id: loaded.id, userId: meta.userId })
      startSession(request, fastifyStore)
      const state = stateOf(request)
      if (state !== undefined) state.clear = state.cookieReceived
    },
    userId(request) {
      const { meta } = currentEntry(request)
      return isChallenged(meta) ? undefined : meta.userId
    },
    signedInAt(request) {
      const { meta } = currentEntry(request)
      return isChallenged(meta) ? undefined : meta.signedInAt
    },
    challengedUserId(request) {
      const { meta } = currentEntry(request)
      return isChallenged(meta) ? meta.userId : undefined
    },
  }

  function refuseInClear(request: FastifyRequest): void {
    if (cookie.secure && request.protocol !== 'https') throw new InsecureConnectionError()
  }

  function clientOfRequest(request: FastifyRequest): ClientFacts | undefined {
    return trackClients ? readClient(request) : undefined
  }
}

// A new id for a new privilege: whoever planted the old id in this browser is left with nothing.
function replaceSession(request: FastifyRequest, data: object, meta: SessionEntry['meta'], fastifyStore: FastifySessionStore): void {
  const { loaded, replaces } = currentEntry(request)
  const entry = renewSession(request, fastifyStore)
  Object.assign(request.session, data)
  entry.meta = meta
  entry.metaChanged = true
  entry.replaces = loaded?.id ?? replaces
}

function currentEntry(request: FastifyRequest): SessionEntry {
  const session: object | null = request.session
  return session === null ? newEntry() : entryOf(session)
}

function checkSignIn(userId: unknown, { idleTimeoutMs }: SignInOptions): void {
  if (typeof userId !== 'string' || userId === '') throw new TypeError('signIn needs the user id, a string that is not empty')
  if (idleTimeoutMs === undefined || (Number.isSafeInteger(idleTimeoutMs) && idleTimeoutMs >= 1000)) return
  throw new TypeError('signIn: idleTimeoutMs must be a whole number of milliseconds, at least 1000')
}

function pick(data: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(data, name)).map((name) => [name, data[name]]))
}
