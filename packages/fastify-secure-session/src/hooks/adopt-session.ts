import type { FastifyReply, FastifyRequest } from 'fastify'
import { watchCookie } from '../session/cookie-wish.ts'
import type { SignedInChecks } from '../session/signed-in-checks.ts'
import { fillSession, ownSession } from '../session/own-session.ts'
import { entryOf, isCarrying, type SessionEntry } from '../session/session-entry.ts'
import type { AnnotateSpan } from '../tracing/annotate-span.ts'
import { type RequestState, stateOf } from './request-state.ts'

type Done = (error?: Error) => void

/**
 * Second `onRequest`, after @fastify/session's: fills the session that was just built, and looks whether it is still
 * its user's.
 */
export function createAdoptSession(checks: SignedInChecks, annotateSpan: AnnotateSpan | undefined) {
  return function adoptSession(request: FastifyRequest, _reply: FastifyReply, done: Done): void {
    const state = stateOf(request)
    const session: FastifyRequest['session'] | null = request.session
    if (state === undefined || session === null) {
      done()
      return
    }
    state.adopted = true
    const entry = adopt(session, state)
    watchCookie(session, entry)
    annotateSpan?.(entry)
    if (entry.loaded?.meta.userId === undefined) {
      done()
      return
    }
    const work = checks.run(request, entry)
    if (work === undefined) done()
    else work.then(() => done(), done)
  }
}

function adopt(session: FastifyRequest['session'], { loaded }: RequestState): SessionEntry {
  // Outside the path of the cookie @fastify/session makes an empty object, no session.
  if (session.sessionId === undefined) return entryOf(session)
  return loaded?.id === session.sessionId && !isCarrying(session) ? fillSession(session, loaded) : ownSession(session)
}
