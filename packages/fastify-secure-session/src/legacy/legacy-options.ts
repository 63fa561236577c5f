import { createLegacyBridge, type LegacyCookieOptions, type LegacyPhase, type LegacyStore } from '@keyturn/migration'
import type { SessionData } from '@keyturn/session-stores'

/** Cookies of the application that this one takes the place of. */
export interface LegacyCookies extends LegacyCookieOptions {
  /** @default 'connect.sid' for `express-session`, 'sessionId' for `fastify-session` */
  readonly name?: string
  /** As the old application sets it: two cookies of one name differ by their domain. @default the host alone */
  readonly domain?: string
  /** @default '/' */
  readonly path?: string
}

/** What the plugin has to know of the application before it, so that nobody is logged out. */
export interface LegacyOptions {
  readonly cookies: LegacyCookies
  /**
   * Sessions of the old application, such as `createConnectRedisReader({ client })` gives. Its client stays yours to close.
   *
   * @default none: the sessions were imported before, and only the cookies are still the old ones
   */
  readonly store?: LegacyStore
  /** @default 'reversible' with a store, 'forward' without */
  readonly phase?: LegacyPhase
  /** Whose session it is, from its data, so that it can be listed and ended by user. @default nobody's */
  readonly userIdOf?: (data: Readonly<SessionData>) => string | undefined
}

export interface ResolvedLegacyOptions extends LegacyOptions {
  readonly cookies: LegacyCookies & { readonly name: string; readonly path: string }
}

export function resolveLegacyOptions(written: LegacyOptions | undefined): ResolvedLegacyOptions | undefined {
  if (written === undefined) return undefined
  const { cookies } = written
  const name = cookies?.name ?? (cookies?.format === 'fastify-session' ? 'sessionId' : 'connect.sid')
  return Object.freeze({ ...written, cookies: Object.freeze({ ...cookies, name, path: cookies?.path ?? '/' }) })
}

const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** One sentence each, without values. */
export function problemsOfLegacy(legacy: ResolvedLegacyOptions | undefined): string[] {
  if (legacy === undefined) return []
  const problems = COOKIE_NAME.test(legacy.cookies.name) ? [] : ['legacy: cookies.name must be a token']
  try {
    createLegacyBridge(legacy)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    problems.push(error.message.replace(/^createLegacyBridge/, 'legacy').replace(/\.$/, ''))
  }
  return problems
}
