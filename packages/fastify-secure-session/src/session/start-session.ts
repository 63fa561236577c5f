import type { FastifyRequest } from 'fastify'
import { NoSessionError } from '../errors.ts'
import { stateOf } from '../hooks/request-state.ts'
import { watchCookie } from './cookie-wish.ts'
import type { FastifySessionStore } from './fastify-session-store.ts'
import { ownSession } from './own-session.ts'
import type { SessionEntry } from './session-entry.ts'

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
