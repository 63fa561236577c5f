import type { SessionEntry } from './session-entry.ts'

/** The part of @fastify/session's cookie by which an application says how long a session is to last. */
interface CookieLifetime {
  readonly expires?: Date | null
  readonly originalMaxAge: number | null
}

const MIN_IDLE_TIMEOUT_MS = 1000

// Outside the path of the cookie @fastify/session makes an empty object, no session.
const cookieOf = (session: object): CookieLifetime | undefined => (session as { cookie?: CookieLifetime }).cookie

/** Remembers the cookie as it was before any handler saw it. */
export function watchCookie(session: object, entry: SessionEntry): void {
  entry.cookieExpires = cookieOf(session)?.expires
}

/**
 * Takes over what the application wrote by `session.cookie.maxAge`, `session.cookie.expires`, `session.options()` or
 * `session.touch()`. Each of them puts another date there. A `maxAge` of a second or more becomes the idle timeout of
 * this session; less of it, or a date that has passed, ends the session.
 */
export function readCookieWish(session: object, entry: SessionEntry, defaultIdleTimeoutMs: number): void {
  const { expires, originalMaxAge = null } = cookieOf(session) ?? {}
  const before = entry.cookieExpires
  entry.cookieExpires = expires
  if (before === undefined || before === expires) return
  if (!(expires instanceof Date) || Number.isNaN(expires.getTime())) return
  entry.wishedExpiry = expires.getTime()
  if (!isIdleTimeout(originalMaxAge) || originalMaxAge === (entry.meta.idleTimeoutMs ?? defaultIdleTimeoutMs)) return
  entry.meta = { ...entry.meta, idleTimeoutMs: originalMaxAge }
}

function isIdleTimeout(value: number | null): value is number {
  return Number.isSafeInteger(value) && (value as number) >= MIN_IDLE_TIMEOUT_MS
}
