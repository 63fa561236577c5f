import { changeOf, type WrittenData } from '@keyturn/session-stores'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { InsecureConnectionError } from '../errors.ts'
import { readCookieWish } from '../session/cookie-wish.ts'
import { dataOf } from '../session/session-data.ts'
import { ownSession } from '../session/own-session.ts'
import { type SessionEntry, entryOf } from '../session/session-entry.ts'
import type { SessionParts } from '../session-parts.ts'
import { type RequestState, stateOf } from './request-state.ts'

type SaveSessionParts = Pick<SessionParts, 'cookieValue' | 'records' | 'lifetime' | 'cookie' | 'events' | 'clock' | 'log' | 'options'>

type Done = (error?: Error | null) => void

/**
 * First `onSend`, before @fastify/session's: saves what changed, refreshes what was used, and sets or clears the
 * cookie. @fastify/session's own `onSend` then finds nothing to do: it would save by its own hash, drop the
 * cookie of an unchanged session whose key is older, and save again for the reply of a failed save.
 */
export function createSaveSession({ cookieValue, records, lifetime, cookie, events, clock, log, options }: SaveSessionParts) {
  let warned = false

  return function saveSession(request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: Done): void {
    const state = stateOf(request)
    // Where a store that is down kept the session from being read, the browser keeps its cookie.
    if (state === undefined || !state.adopted || state.phase === 'failed') {
      done()
      return
    }
    // A handler called `reply.send()` without returning it, and the promise of the handler sends once more:
    // the reply that is being saved for is the answer, and this one ends here.
    if (state.phase === 'saving') return

    const session: FastifyRequest['session'] | null = request.session
    if (session === null) {
      if (state.cookieReceived) cookie.clear(reply)
      done()
      return
    }
    // Outside the path of the cookie @fastify/session makes no session.
    if (session.sessionId === undefined) {
      done()
      return
    }
    ownSession(session).inert = true
    let work: Promise<void> | undefined
    try {
      work = saveIfChanged(request, reply, state)
    } catch (error) {
      fail(state, error, done)
      return
    }
    if (work === undefined) {
      done()
      return
    }
    state.phase = 'saving'
    work.then(
      () => {
        state.phase = 'open'
        done()
      },
      (error: unknown) => fail(state, error, done),
    )
  }

  function fail(state: RequestState, error: unknown, done: Done): void {
    state.phase = 'failed'
    done(error as Error)
  }

  function saveIfChanged(request: FastifyRequest, reply: FastifyReply, state: RequestState): Promise<void> | undefined {
    const id = request.session.sessionId
    const entry = entryOf(request.session)
    const data = dataOf(request.session)
    readCookieWish(request.session, entry, options.idleTimeoutMs)
    const change = changeOf(data, entry.loaded) ?? (entry.metaChanged ? { data } : undefined)
    if (entry.loaded === undefined) {
      if (change !== undefined && !wouldExpose(request)) return save(id, entry, change, reply, state)
      if (state.clear || entry.ended) cookie.clear(reply)
      return undefined
    }
    if (change !== undefined || entry.wishedExpiry !== undefined) return save(id, entry, change ?? { data }, reply, state)
    const touch = lifetime.touchIsDue(clock.now(), entry.loaded)
    if (touch || entry.loaded.stale) records.refreshInBackground(entry.loaded, { touch })
    if (state.reissue) events.emit('resigned', { id, userId: entry.meta.userId })
    if (touch || entry.created || entry.moved || state.reissue) {
      const expiresAt = touch
        ? lifetime.expiryAt(clock.now(), { meta: entry.meta, beganAt: entry.loaded.createdAt })
        : entry.loaded.expiresAt
      cookie.issue(reply, cookieValue(entry.loaded, expiresAt), expiresAt)
    }
    return undefined
  }

  async function save(id: string, entry: SessionEntry, written: WrittenData, reply: FastifyReply, state: RequestState): Promise<void> {
    const outcome = await records.save(id, entry, written)
    if (outcome === 'gone') {
      cookie.clear(reply)
      return
    }
    if (state.reissue) events.emit('resigned', { id, userId: entry.meta.userId })
    if (entry.replaces !== undefined) await records.end(entry.replaces)
    entry.replaces = undefined
    const { loaded } = entry
    if (loaded === undefined) return
    if (entry.created || entry.moved || state.reissue) cookie.issue(reply, cookieValue(loaded, loaded.expiresAt), loaded.expiresAt)
  }

  // Answering plain HTTP with a Secure cookie would put a live session id on the wire in clear.
  function wouldExpose(request: FastifyRequest): boolean {
    if (!options.cookie.secure || request.protocol === 'https') return false
    if (!warned) log.warn({ code: 'KEYTURN_INSECURE_CONNECTION' }, new InsecureConnectionError().message)
    warned = true
    return true
  }
}

/** Second `onSend`, after @fastify/session's: the session is as its users know it again. */
export function releaseSession(request: FastifyRequest, _reply: FastifyReply, _payload: unknown, done: Done): void {
  const session: FastifyRequest['session'] | null = request.session
  if (session !== null) entryOf(session).inert = false
  done()
}
