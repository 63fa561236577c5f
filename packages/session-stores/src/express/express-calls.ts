import { KeyturnError } from '@keyturn/token-crypto'
import { StoreUnavailableError } from '../errors.ts'
import { withTimeLimit } from '../time-limit.ts'

type Callback = (error?: unknown, result?: unknown) => void

/** A session as an express-session store keeps it. */
export interface ExpressSession {
  readonly cookie: { readonly expires?: unknown; readonly originalMaxAge?: unknown }
  readonly [name: string]: unknown
}

/** What is needed of an express-session store; every store for express-session has it. */
export interface ExpressStore {
  get(id: string, callback: Callback): unknown
  set(id: string, session: never, callback: Callback): unknown
  destroy(id: string, callback: Callback): unknown
  /** Every session, in one of the forms that stores give. Absent in some. */
  all?(callback: Callback): unknown
}

/** Calls one method of a store and waits for its answer. */
export type ExpressCall = (run: (callback: Callback) => unknown) => Promise<unknown>

/**
 * Makes calls to a store whose manners are unknown: the first answer counts, by callback or by promise; later ones are
 * dropped; one that throws, rejects or never answers is an outage.
 *
 * @param name - Name of the store in errors.
 */
export function createExpressCall(name: string, timeoutMs: number): ExpressCall {
  return async (run) => {
    const answer = new Promise<unknown>((resolve, reject) => {
      const returned = run((error, result) => (isMissing(error) ? resolve(result) : reject(error)))
      // Some answer twice, by callback and by promise; some reject after the callback.
      if (isPromise(returned)) returned.then((result) => result !== undefined && resolve(result), reject)
    })
    try {
      return await withTimeLimit(answer, timeoutMs, () => new StoreUnavailableError(name, 'TIMEOUT'))
    } catch (error) {
      throw toStoreError(name, error)
    }
  }
}

function isMissing(error: unknown): boolean {
  return error === undefined || error === null
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}

/** Nothing of the store's own error is kept but its code: it may carry the session. */
function toStoreError(name: string, error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error
  const code = (error as { code?: unknown } | undefined)?.code
  return new StoreUnavailableError(name, typeof code === 'string' ? code : 'STORE')
}
