import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SessionParts } from '../session-parts.ts'
import { type RequestState, startState } from './request-state.ts'

/** Longer than any cookie this plugin writes; not worth an HMAC. */
const MAX_COOKIE_LENGTH = 512

type OpenSessionParts = Pick<SessionParts, 'cookie' | 'signer' | 'keyring' | 'records' | 'fastifyStore' | 'events'>

type Done = (error?: Error) => void

/**
 * First `onRequest`, before @fastify/session's: verifies the cookie over every accepted key and reads the
 * session. What does not verify never reaches the store, and @fastify/session never sees it.
 */
export function createOpenSession({ cookie: { name: cookieName }, signer, keyring, records, fastifyStore, events }: OpenSessionParts) {
  return function openSession(request: FastifyRequest, _reply: FastifyReply, done: Done): void {
    // @fastify/cookie parses later when the application registered it with another hook.
    request.cookies ??= request.server.parseCookie(request.headers.cookie ?? '')
    const cookie = request.cookies[cookieName]
    const state = startState(request, cookie !== undefined)
    if (cookie === undefined) {
      fastifyStore.buildNew(done)
      return
    }
    if (request.routeOptions.config.secureSession === false) {
      ignoreCookie(request, state, done, { clear: false })
      return
    }
    const id = verify(cookie, state)
    if (id !== undefined) {
      read(id, request, state, done)
      return
    }
    keyring.refreshForUnknownKey().then((changed) => {
      const known = changed ? verify(cookie, state) : undefined
      if (known !== undefined) read(known, request, state, done)
      else refuse(request, state, done)
    }, done)
  }

  function verify(cookie: string, state: RequestState): string | undefined {
    if (cookie.length > MAX_COOKIE_LENGTH) return undefined
    const { valid, renew, value } = signer.unsign(cookie)
    if (!valid || value === null) return undefined
    state.reissue = renew
    return value
  }

  function read(id: string, request: FastifyRequest, state: RequestState, done: Done): void {
    records.open(id).then((opened) => {
      if (opened.kind === 'live') {
        state.loaded = opened.loaded
        fastifyStore.handOver({ loaded: opened.loaded, cookie: state.reissue ? undefined : request.cookies[cookieName] }, done)
        return
      }
      // A record that this instance cannot open yet may open on the next one: the browser keeps its cookie.
      ignoreCookie(request, state, done, { clear: opened.kind === 'absent' })
    }, done)
  }

  // It may be signed by a key that this instance has not heard of yet: the browser keeps it, and nobody is logged out
  // because one instance lags behind.
  function refuse(request: FastifyRequest, state: RequestState, done: Done): void {
    events.emit('refused')
    ignoreCookie(request, state, done, { clear: false })
  }

  function ignoreCookie(request: FastifyRequest, state: RequestState, done: Done, { clear }: { readonly clear: boolean }): void {
    delete request.cookies[cookieName]
    state.reissue = false
    state.clear = clear
    fastifyStore.buildNew(done)
  }
}
