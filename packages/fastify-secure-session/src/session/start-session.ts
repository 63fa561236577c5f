import type { FastifyRequest } from 'fastify'
import { NoSessionError } from '../errors.ts'
import { stateOf } from '../hooks/request-state.ts'
import { watchCookie } from './cookie-wish.ts'
import type { FastifySessionStore } from './fastify-session-store.ts'
import { isUnsigned, ownSession } from './own-session.ts'
import { dataOf } from './session-data.ts'
import { entryOf, type SessionEntry } from './session-entry.ts'

/**
 * Puts an empty session with a new id in place of the request's. A cookie that does not verify makes @fastify/session
 * build one at once.
 *
 * @throws {NoSessionError} KEYTURN_NO_SESSION: the plugin's hooks did not run for this request.
 */
export function startSession(request: FastifyRequest, fastifyStore: FastifySessionStore): SessionEntry {
  if (stateOf(request) === undefined) throw new NoSessionError()
  fastifyStore.buildNew(() => request.server.decryptSession('', request, () => {}))
  const entry = ownSession(request.session)
  watchCookie(request.session, entry)
  return entry
}

/**
 * As `startSession`, where whoever planted the id of before must be left with nothing. A session that was made in this
 * request, and whose id nobody has seen, is emptied instead: another id would be no newer.
 *
 * @throws {NoSessionError} KEYTURN_NO_SESSION: the plugin's hooks did not run for this request.
 */
export function renewSession(request: FastifyRequest, fastifyStore: FastifySessionStore): SessionEntry {
  const session: FastifyRequest['session'] | null = request.session
  if (session === null || !isUnseen(request, session)) return startSession(request, fastifyStore)
  const fields = session as unknown as Record<string, unknown>
  for (const name of Object.keys(dataOf(session))) delete fields[name]
  return entryOf(session)
}

function isUnseen(request: FastifyRequest, session: FastifyRequest['session']): boolean {
  if (stateOf(request)?.cookieReceived !== false || !isUnsigned(session)) return false
  const { loaded, replaces, ended, cookieExpires } = entryOf(session)
  return loaded === undefined && replaces === undefined && !ended && session.cookie.expires === cookieExpires
}
