export { secureSession, type SecureSessionPlugin } from './plugin.ts'
export type { FallbackOptions } from './options/fallback-options.ts'
export type { NearCacheOption } from './options/near-cache-option.ts'
export type { SecureSessionOptions, SessionCookieOptions } from './options/secure-session-options.ts'
export type { HealthRouteOptions } from './health/health-routes.ts'
export type { SessionHealth, StoreHealth } from './health/session-health.ts'
export type { LegacyCookies, LegacyOptions } from './legacy/legacy-options.ts'
export type { LegacyControl } from './legacy/legacy-side.ts'
export type { MetricsRegistry } from './metrics/session-metrics.ts'
export type { SecureSession } from './secure-session.ts'
export type { ClientChange, ClientChangeAnswer, ClientChangeContext, ClientChangePolicy } from './client/client-change.ts'
export type { ClientFacts } from './client/client-facts.ts'
export { SESSION_EVENTS_CHANNEL, type SessionEvent, type SessionEventListener, type SessionEventType } from './events/session-events.ts'
export type { JwtOptions, JwtTokens, SessionTokens } from './tokens/session-tokens.ts'
export { sessionOf, type SessionOf } from './session/session-of.ts'
export type { UserSessions } from './session/user-sessions.ts'
export type { SessionNotes } from './session/session-meta.ts'
export type { OwnershipCheck } from './session/ownership-check.ts'
export type { DescribedOptions } from './options/describe-options.ts'
export type { SecureSessionRequest } from './fastify-types.ts'
export type { SignInOptions } from './session/request-session.ts'
export {
  InsecureConnectionError,
  MissingPackageError,
  NoSessionError,
  NotSignedInError,
  SessionsNotStoredError,
  SessionStoreUnavailableError,
  StoreNotConfiguredError,
} from './errors.ts'
