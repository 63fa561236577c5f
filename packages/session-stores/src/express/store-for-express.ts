import { type Clock, type EpochMs, systemClock } from '@keyturn/token-crypto'
import { SessionExistsError } from '../errors.ts'
import { assertNoProblems, wholeNumber } from '../option-rules.ts'
import type { SealedSessions } from '../sealed/sealed-sessions.ts'
import type { LoadedSession, SessionMeta } from '../sealed/session.ts'
import type { SessionData } from '../sealed/session-data.ts'

export interface StoreForExpressOptions<Base extends ExpressStoreClass> {
  /** The class `Store` of the express-session that the application uses. */
  readonly Store: Base
  readonly sessions: SealedSessions
  /** How long a session lives whose cookie has no end, milliseconds. Default 86 400 000: a day. */
  readonly ttlMs?: number
  /** Whose session it is, so that all sessions of a user can be listed and ended. Default: nobody's. */
  readonly userIdOf?: (session: Readonly<SessionData>) => string | undefined
  readonly clock?: Clock
}

/** `Store` of express-session. */
// oxlint-disable-next-line typescript/no-explicit-any -- a mixin takes any constructor, and TypeScript knows them by any[] only
export type ExpressStoreClass = new (...parameters: any[]) => { createSession(request: never, session: never): object }

type Callback = (error?: unknown, result?: unknown) => void

/** The methods that express-session calls. */
export interface StoreForExpress {
  get(id: string, callback: Callback): void
  set(id: string, session: object, callback?: Callback): void
  touch(id: string, session: object, callback?: Callback): void
  destroy(id: string, callback?: Callback): void
}

/**
 * Sealed sessions as a store for express-session. Beyond what express-session knows of, requests that run at once keep
 * each other's changes, and a slow request does not revive a session that was ended.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createStoreForExpress<Base extends ExpressStoreClass>(
  options: StoreForExpressOptions<Base>,
): InstanceType<Base> & StoreForExpress {
  const { Store, sessions, ttlMs = 86_400_000, userIdOf = () => undefined, clock = systemClock } = options
  assertNoProblems('createStoreForExpress', [
    typeof Store === 'function' ? undefined : 'Store must be the class Store of express-session',
    typeof sessions?.load === 'function' ? undefined : 'sessions must be made by createSealedSessions',
    wholeNumber('ttlMs', ttlMs, { min: 1 }),
    typeof userIdOf === 'function' ? undefined : 'userIdOf must be a function',
  ])
  /** From what `get` gave, and from the session made of it, to what was loaded. */
  const loadedOf = new WeakMap<object, LoadedSession>()

  function expiryOf(session: object): number {
    const expires = (session as { cookie?: { expires?: unknown } }).cookie?.expires
    const at = expires === undefined || expires === null ? Number.NaN : new Date(expires as string).getTime()
    return Number.isNaN(at) ? clock.now() + ttlMs : at
  }

  function metaOf(session: SessionData, former: SessionMeta): SessionMeta {
    const { userId: _, ...rest } = former
    const userId = userIdOf(session)
    return userId === undefined ? rest : { ...rest, userId }
  }

  async function load(id: string): Promise<SessionData | null> {
    const loaded = await sessions.load(id)
    if (loaded === undefined) return null
    const session = withCookieExpiry(loaded, clock.now())
    loadedOf.set(session, loaded)
    return session
  }

  async function save(id: string, session: object): Promise<void> {
    const data: SessionData = { ...session }
    const expiresAt = expiryOf(session)
    const loaded = loadedOf.get(session)
    if (loaded?.id !== id) return createOrReplace(id, session, expiresAt)
    const saved = await sessions.save(loaded, { data, meta: metaOf(data, loaded.meta), expiresAt })
    if (saved.outcome === 'stored') loadedOf.set(session, saved.session)
  }

  /** A session that did not come from this store; express-session may also be told to write under an id that exists. */
  async function createOrReplace(id: string, session: object, expiresAt: number): Promise<void> {
    const data: SessionData = { ...session }
    try {
      loadedOf.set(session, await sessions.create(id, { data, meta: metaOf(data, {}), expiresAt }))
    } catch (error) {
      if (!(error instanceof SessionExistsError)) throw error
      const loaded = await sessions.load(id)
      if (loaded === undefined) return
      const saved = await sessions.save(loaded, { data, meta: metaOf(data, loaded.meta), expiresAt })
      if (saved.outcome === 'stored') loadedOf.set(session, saved.session)
    }
  }

  class KeyturnStore extends Store implements StoreForExpress {
    override createSession(request: never, session: never): object {
      const loaded = loadedOf.get(session)
      const made = super.createSession(request, session)
      if (loaded !== undefined) loadedOf.set(made, loaded)
      return made
    }

    get(id: string, callback: Callback): void {
      answer(load(id), callback)
    }

    set(id: string, session: object, callback?: Callback): void {
      answer(save(id, session), callback)
    }

    touch(id: string, session: object, callback?: Callback): void {
      answer(sessions.touch(id, expiryOf(session)).then(() => undefined), callback)
    }

    destroy(id: string, callback?: Callback): void {
      answer(sessions.destroy(id), callback)
    }
  }
  return new KeyturnStore() as InstanceType<Base> & StoreForExpress
}

/**
 * A touch moves the expiry of the record; the cookie that was stored with it still says the former. A session that
 * another library wrote has no cookie in it, which express-session does not expect.
 */
function withCookieExpiry({ data, expiresAt }: LoadedSession, now: EpochMs): SessionData {
  const cookie = data['cookie'] as { expires?: unknown } | undefined
  if (cookie === undefined) {
    return { ...data, cookie: { originalMaxAge: expiresAt - now, expires: new Date(expiresAt).toISOString(), httpOnly: true, path: '/' } }
  }
  if (typeof cookie.expires !== 'string') return { ...data }
  return { ...data, cookie: { ...cookie, expires: new Date(expiresAt).toISOString() } }
}

/** Outside of the promise: what a callback throws is its own affair, and it is called once. */
function answer(work: Promise<unknown>, callback: Callback = () => undefined): void {
  work.then(
    (result) => process.nextTick(callback, null, result),
    (error: unknown) => process.nextTick(callback, error),
  )
}
