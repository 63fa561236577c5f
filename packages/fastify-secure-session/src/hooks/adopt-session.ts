import type { FastifyReply, FastifyRequest } from 'fastify'
import { watchCookie } from '../session/cookie-wish.ts'
import type { SignedInChecks } from '../session/signed-in-checks.ts'
import { entryOf } from '../session/session-entry.ts'
import type { AnnotateSpan } from '../tracing/annotate-span.ts'
import { stateOf } from './request-state.ts'

type Done = (error?: Error) => void

/**
 * Second `onRequest`, after @fastify/session's: takes the entry off the session that was just built, and looks whether
 * it is still its user's.
 */
export function createAdoptSession(checks: SignedInChecks, annotateSpan: AnnotateSpan | undefined) {
  return function adoptSession(request: FastifyRequest, _reply: FastifyReply, done: Done): void {
    const state = stateOf(request)
    const session: object | null = request.session
    if (state === undefined || session === null) {
      done()
      return
    }
    state.adopted = true
    const entry = entryOf(session)
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
