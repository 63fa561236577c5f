import type { FastifyReply, FastifyRequest } from 'fastify'
import { entryOf } from '../session/session-entry.ts'
import { stateOf } from './request-state.ts'

/** Second `onRequest`, after @fastify/session's: takes the entry off the session that was just built. */
export function adoptSession(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const state = stateOf(request)
  if (state !== undefined) state.adopted = true
  if (request.session) entryOf(request.session)
  done()
}
