import type { Clock } from '@keyturn/token-crypto'
import type { FastifyRequest } from 'fastify'
import { InsecureConnectionError, NoSessionError } from '../errors.ts'
import { stateOf } from '../hooks/request-state.ts'
import { dataOf } from './session-data.ts'
import { type SessionEntry, entryOf } from './session-entry.ts'
import type { SessionRecords } from './session-records.ts'

export interface SignInOptions {
  /** Names in the anonymous session that the new one takes over, such as a basket. @default none */
  readonly keep?: readonly string[]
}

/** What the plugin adds to a request. */
export interface RequestSession {
  signIn(request: FastifyRequest, userId: string, options?: SignInOptions): void
  signOut(request: FastifyRequest): Promise<void>
  userId(request: FastifyRequest): string | undefined
}

interface RequestSessionOptions {
  readonly records: SessionRecords
  readonly clock: Clock
  readonly cookieIsSecure: boolean
}

export function createRequestSession({ records, clock, cookieIsSecure }: RequestSessionOptions): RequestSession {
  return {
    // A new id for a new privilege: whoever planted the old id in this browser is left with nothing.
    signIn(request, userId, { keep = [] } = {}) {
      if (typeof userId !== 'string' || userId === '') throw new TypeError('signIn needs the user id, a string that is not empty')
      if (cookieIsSecure && request.protocol !== 'https') throw new InsecureConnectionError()
      const before: object | null = request.session
      const previous = before === null ? undefined : entryOf(before)
      const kept = before === null ? {} : pick(dataOf(before), keep)
      const entry = startSession(request)
      Object.assign(request.session, kept)
      entry.meta = { userId, signedInAt: clock.now() }
      entry.metaChanged = true
      entry.replaces = previous?.loaded?.id ?? previous?.replaces
    },
    async signOut(request) {
      const before: object | null = request.session
      if (before !== null) await endStored(entryOf(before))
      startSession(request)
      const state = stateOf(request)
      if (state !== undefined) state.clear = state.cookieReceived
    },
    userId(request) {
      const session: object | null = request.session
      return session === null ? undefined : entryOf(session).meta.userId
    },
  }

  async function endStored({ loaded, replaces }: SessionEntry): Promise<void> {
    if (loaded !== undefined) await records.end(loaded.id)
    if (replaces !== undefined) await records.end(replaces)
  }
}

// A cookie that does not verify makes @fastify/session build a new session at once, with a new id.
function startSession(request: FastifyRequest): SessionEntry {
  if (stateOf(request) === undefined) throw new NoSessionError()
  request.server.decryptSession('', request, () => {})
  return entryOf(request.session)
}

function pick(data: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(data, name)).map((name) => [name, data[name]]))
}
