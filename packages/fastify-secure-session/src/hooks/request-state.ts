import type { LoadedSession } from '@keyturn/session-stores'
import type { FastifyRequest } from 'fastify'

/** What the hooks of one request tell each other. */
export interface RequestState {
  /** The browser sent a session cookie, valid or not. */
  readonly cookieReceived: boolean
  /** The session that the cookie was read for. */
  loaded: LoadedSession | undefined
  /** @fastify/session has built the session: a session that is missing later was destroyed. */
  adopted: boolean
  /** Send the cookie again under today's primary key. */
  reissue: boolean
  /** The cookie names no live session: tell the browser to drop it. */
  clear: boolean
  /** `saving` while the reply waits for the store; `failed` once saving failed: the error's own reply must go out. */
  phase: 'open' | 'saving' | 'failed'
}

/** Name of the request decorator: a property that every request has from the start keeps its shape fast. */
export const requestStateKey: unique symbol = Symbol('keyturn.requestState')

type WithState = FastifyRequest & { [requestStateKey]: RequestState | null }

export function startState(request: FastifyRequest, cookieReceived: boolean): RequestState {
  const state: RequestState = { cookieReceived, loaded: undefined, adopted: false, reissue: false, clear: false, phase: 'open' }
  ;(request as WithState)[requestStateKey] = state
  return state
}

/** `undefined` where the hooks did not run for this request. */
export function stateOf(request: FastifyRequest): RequestState | undefined {
  return (request as WithState)[requestStateKey] ?? undefined
}
