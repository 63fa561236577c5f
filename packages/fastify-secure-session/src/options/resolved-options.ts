import type { SecretProvider } from '@keyturn/secret-providers'
import type { SessionStore } from '@keyturn/session-stores'
import type { ClientChangePolicy } from '../client/client-change.ts'
import type { SessionEventListener } from '../events/session-events.ts'
import type { HealthRouteOptions } from '../health/health-routes.ts'
import type { ResolvedLegacyOptions } from '../legacy/legacy-options.ts'
import type { MetricsRegistry } from '../metrics/session-metrics.ts'
import type { ResolvedFallbackOptions } from './fallback-options.ts'
import type { NearCacheOption } from './near-cache-option.ts'
import type { OwnershipCheck } from '../session/ownership-check.ts'

export interface ResolvedCookieOptions {
  readonly name: string
  readonly domain: string | undefined
  readonly path: string
  readonly secure: boolean
  readonly sameSite: 'strict' | 'lax' | 'none'
}

export interface ResolvedSessionOptions {
  readonly environment: string
  /** Anything but development and test. */
  readonly production: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly secrets: readonly SecretProvider[] | undefined
  readonly secretFile: string | undefined
  readonly store: SessionStore | undefined
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly fallback: ResolvedFallbackOptions
  readonly nearCache: NearCacheOption | undefined
  readonly rememberBytes: number
  readonly stateless: boolean
  readonly cookie: ResolvedCookieOptions
  readonly idleTimeoutMs: number
  readonly absoluteTimeoutMs: number
  readonly touchIntervalMs: number
  readonly sliding: boolean
  readonly trackClients: boolean
  readonly clientChange: ClientChangePolicy | undefined
  readonly verifyOwner: OwnershipCheck | undefined
  readonly onEvent: SessionEventListener | undefined
  readonly legacy: ResolvedLegacyOptions | undefined
  readonly healthRoutes: HealthRouteOptions | undefined
  readonly metrics: MetricsRegistry | undefined
  /** What is wrong with the environment, one sentence each, without values. */
  readonly problems: readonly string[]
}
