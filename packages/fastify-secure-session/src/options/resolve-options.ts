import { checkOptions } from './option-rules.ts'
import type { ResolvedCookieOptions, ResolvedSessionOptions } from './resolved-options.ts'
import type { SecureSessionOptions, SessionCookieOptions } from './secure-session-options.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const RELAXED_ENVIRONMENTS = new Set(['development', 'test'])

/**
 * Written options and environment in, complete and frozen options out.
 *
 * @throws {TypeError} naming every mistake at once.
 */
export function resolveOptions(written: SecureSessionOptions = {}): ResolvedSessionOptions {
  const env = written.env ?? process.env
  const environment = written.environment ?? given(env.NODE_ENV) ?? given(env.ENVIRONMENT) ?? 'development'
  const production = !RELAXED_ENVIRONMENTS.has(environment)
  const idleTimeoutMs = written.idleTimeoutMs ?? duration(env.SESSION_TIMEOUT) ?? 7 * DAY_MS
  const resolved: ResolvedSessionOptions = {
    environment,
    production,
    env,
    secrets: written.secrets === undefined ? undefined : [written.secrets].flat(),
    secretFile: written.secretFile,
    store: written.store,
    databaseUrl: written.databaseUrl ?? given(env.DATABASE_URL),
    cookie: Object.freeze(resolveCookie(written.cookie ?? {}, given(env.COOKIE_DOMAIN), production)),
    idleTimeoutMs,
    absoluteTimeoutMs: written.absoluteTimeoutMs ?? Math.max(30 * DAY_MS, idleTimeoutMs),
    touchIntervalMs: written.touchIntervalMs ?? Math.min(HOUR_MS, Math.floor(idleTimeoutMs / 10)),
  }
  checkOptions(resolved)
  return Object.freeze(resolved)
}

function resolveCookie(written: SessionCookieOptions, domainFromEnv: string | undefined, production: boolean): ResolvedCookieOptions {
  const domain = written.domain ?? domainFromEnv
  const path = written.path ?? '/'
  const secure = written.secure ?? production
  const hostOnly = secure && domain === undefined && path === '/'
  return {
    name: written.name ?? (hostOnly ? '__Host-sid' : 'sid'),
    domain,
    path,
    secure,
    sameSite: written.sameSite ?? (production ? 'strict' : 'lax'),
  }
}

// An empty variable is how shells and compose files write "not set".
function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim()
}

function duration(value: string | undefined): number | undefined {
  const text = given(value)
  return text === undefined ? undefined : Number(text)
}
