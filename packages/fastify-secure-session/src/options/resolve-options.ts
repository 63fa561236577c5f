import type { ClientChangePolicy } from '../client/client-change.ts'
import { checkOptions } from './option-rules.ts'
import { problemsOfLegacy, resolveLegacyOptions } from '../legacy/legacy-options.ts'
import { resolveFallback } from './fallback-options.ts'
import { problemsOfNearCache, resolveNearCache } from './near-cache-option.ts'
import { createNoStore } from '../stateless/no-store.ts'
import type { ResolvedCookieOptions, ResolvedSessionOptions } from './resolved-options.ts'
import type { SecureSessionOptions, SessionCookieOptions } from './secure-session-options.ts'
import { readSessionEnvironment } from './session-environment.ts'

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
  const from = readSessionEnvironment(env)
  const environment = written.environment ?? from.name ?? 'development'
  const production = !RELAXED_ENVIRONMENTS.has(environment)
  const idleTimeoutMs = written.idleTimeoutMs ?? from.idleTimeoutMs ?? 7 * DAY_MS
  const stateless = written.stateless ?? false
  const legacy = resolveLegacyOptions(written.legacy)
  const trackClients = written.trackClients ?? from.trackClients ?? true
  const resolved: ResolvedSessionOptions = {
    environment,
    production,
    env,
    secrets: written.secrets === undefined ? undefined : [written.secrets].flat(),
    secretFile: written.secretFile,
    store: stateless ? createNoStore() : written.store,
    stateless,
    databaseUrl: written.databaseUrl ?? from.databaseUrl,
    redisUrl: written.redisUrl ?? from.redisUrl,
    fallback: resolveFallback(written.fallback, from.fallback),
    nearCache: resolveNearCache(written.nearCache, from.nearCache),
    rememberBytes: written.rememberBytes ?? 64 * 1024 * 1024,
    cookie: Object.freeze(resolveCookie(written.cookie ?? {}, from.cookieDomain, production)),
    idleTimeoutMs,
    absoluteTimeoutMs: written.absoluteTimeoutMs ?? Math.max(30 * DAY_MS, idleTimeoutMs),
    touchIntervalMs: written.touchIntervalMs ?? Math.min(HOUR_MS, Math.floor(idleTimeoutMs / 10)),
    sliding: written.sliding ?? from.sliding ?? true,
    trackClients,
    clientChange: resolveClientChange(written.clientChange, trackClients && (from.checkClients ?? true)),
    verifyOwner: written.verifyOwner,
    onEvent: written.onEvent,
    legacy,
    healthRoutes: written.healthRoutes === true ? {} : written.healthRoutes,
    metrics: written.metrics,
    problems: [...from.problems, ...problemsOfStateless(written), ...problemsOfLegacy(legacy)],
  }
  checkOptions({ ...resolved, problems: [...resolved.problems, ...problemsOfNearCache(resolved)] })
  return Object.freeze(resolved)
}

function problemsOfStateless({ stateless = false, store, legacy }: SecureSessionOptions): string[] {
  if (!stateless || (store === undefined && legacy === undefined)) return []
  return ['stateless excludes store and legacy: a session rests either in its cookie or in a store']
}

function resolveClientChange(written: SecureSessionOptions['clientChange'], compare: boolean): ClientChangePolicy | undefined {
  if (written === 'off') return undefined
  return written ?? (compare ? 'note' : undefined)
}

function resolveCookie(written: SessionCookieOptions, domainFromEnv: string | undefined, production: boolean): ResolvedCookieOptions {
  const domain = written.domain ?? domainFromEnv
  const path = written.path ?? '/'
  const secure = written.secure ?? production
  const hostOnly = secure && domain === undefined && path === '/'
  return {
    name: written.name ?? (hostOnly ? '__Host-sid' : secure ? '__Secure-sid' : 'sid'),
    domain,
    path,
    secure,
    sameSite: written.sameSite ?? (production ? 'strict' : 'lax'),
  }
}
