import type { FastifyReply, FastifyRequest } from 'fastify'
import { startState } from '../hooks/request-state.ts'
import type { SessionParts } from '../session-parts.ts'
import type { CookieRecords, OpenedCookie } from './cookie-records.ts'
import { MAX_COOKIE_BYTES } from './sealed-cookie.ts'

type OpenSealedCookieParts = Pick<SessionParts, 'cookie' | 'signer' | 'keyring' | 'fastifyStore' | 'events'> & { readonly cookieRecords: CookieRecords }

type Done = (error?: Error) => void

/**
 * First `onRequest` where sessions rest in their cookies: opens the cookie, and gives @fastify/session the signed id
 * that it expects in its place.
 */
export function createOpenSealedCookie(parts: OpenSealedCookieParts) {
  const { cookieRecords, signer, keyring, fastifyStore, events } = parts
  const { name } = parts.cookie

  return function openSealedCookie(request: FastifyRequest, _reply: FastifyReply, done: Done): void {
    request.cookies ??= request.server.parseCookie(request.headers.cookie ?? '')
    const value = request.cookies[name]
    const state = startState(request, value !== undefined)
    if (value === undefined) {
      fastifyStore.buildNew(done)
      return
    }
    // @fastify/session would take it for a signed id that does not verify.
    delete request.cookies[name]
    if (request.routeOptions.config.secureSession === false) {
      fastifyStore.buildNew(done)
      return
    }
    const opened = open(value)
    if (opened.kind !== 'unknown-key') {
      use(opened)
      return
    }
    keyring.refreshForUnknownKey().then((changed) => use(changed ? open(value) : opened), done)

    function use(found: OpenedCookie): void {
      if (found.kind === 'live') {
        state.reissue = found.loaded.stale
        const cookie = signer.sign(found.loaded.id)
        request.cookies[name] = cookie
        state.loaded = found.loaded
        fastifyStore.handOver({ loaded: found.loaded, cookie }, done)
        return
      }
      if (found.kind === 'absent') {
        state.clear = true
      } else {
        // It may be sealed by a key that only other instances know: the browser keeps it.
        events.emit('refused')
      }
      fastifyStore.buildNew(done)
    }
  }

  function open(value: string): OpenedCookie {
    return value.length > MAX_COOKIE_BYTES ? { kind: 'forged' } : cookieRecords.openCookie(value)
  }
}
