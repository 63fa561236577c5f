import type { SecretProvider } from '@keyturn/secret-providers'
import type { SessionStore } from '@keyturn/session-stores'
import type { ClientChangePolicy } from '../client/client-change.ts'
import type { SessionEventListener } from '../events/session-events.ts'
import type { HealthRouteOptions } from '../health/health-routes.ts'
import type { LegacyOptions } from '../legacy/legacy-options.ts'
import type { MetricsRegistry } from '../metrics/session-metrics.ts'
import type { FallbackOptions } from './fallback-options.ts'
import type { NearCacheOption } from './near-cache-option.ts'
import type { OwnershipCheck } from '../session/ownership-check.ts'

/** Where the session cookie goes. Every default follows from the environment. */
export interface SessionCookieOptions {
  /**
   * Name of the cookie.
   *
   * @default '__Host-sid' where `secure` holds, `path` is `/` and there is no `domain`; `'__Secure-sid'` where `secure`
   * holds; `'sid'` elsewhere
   * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-__host-prefix
   */
  readonly name?: string
  /** Share the cookie with subdomains. @default `COOKIE_DOMAIN`, else the host alone */
  readonly domain?: string
  /** @default '/' */
  readonly path?: string
  /** Send the cookie over HTTPS only. @default true, except in development and test */
  readonly secure?: boolean
  /** @default 'strict', in development and test 'lax' */
  readonly sameSite?: 'strict' | 'lax' | 'none'
}

/** Options of `fastify.register(secureSession, options)`; all of them may be left out. */
export interface SecureSessionOptions {
  /**
   * Where the secret comes from: the first source that has one wins.
   *
   * @default the environment (`SESSION_SECRET` and its kin), then the file `secretFile`
   */
  readonly secrets?: SecretProvider | readonly SecretProvider[]
  /** Path of a key set file, made if it is not there: a secret that can rotate. @default none */
  readonly secretFile?: string
  /**
   * Where sealed sessions rest. A store given here is closed by whoever made it.
   *
   * @default PostgreSQL at `databaseUrl`; without one memory in development, and a refusal elsewhere
   */
  readonly store?: SessionStore
  /** PostgreSQL server for the default store. @default `DATABASE_URL` */
  readonly databaseUrl?: string
  /**
   * Redis server to keep sessions in, before PostgreSQL.
   *
   * @default with `USE_REDIS_SESSIONS`: `REDIS_URL`, or what `REDIS_HOST`, `REDIS_PORT`, `REDIS_PASSWORD` and `REDIS_TLS` make
   */
  readonly redisUrl?: string
  /**
   * With both `redisUrl` and `databaseUrl`: Redis serves, PostgreSQL follows and takes over while Redis is out of reach.
   * `false`: Redis alone.
   *
   * @default `SESSION_FALLBACK` (`true`, `false` or `memory`), else on, without memory
   */
  readonly fallback?: FallbackOptions | false
  /**
   * Keeps sealed sessions that were read in the memory of this process, and answers from there as long as the store proves
   * that it tells of every change. A sign-out elsewhere is seen within `heartbeatMs` + `heartbeatTimeoutMs`, ordinarily
   * at once. For Redis or PostgreSQL alone, not for a chain of both.
   *
   * @default `SESSION_NEAR_CACHE`, else false
   */
  readonly nearCache?: NearCacheOption | boolean
  /**
   * Bytes for sessions that were opened lately, in plain in the memory of this process, so that what has not changed since is
   * not decrypted again. The store is read all the same. A session of 500 bytes takes about 3 kB. 0: none.
   *
   * @default 64 MiB
   */
  readonly rememberBytes?: number
  /**
   * Keeps each session in its own cookie, sealed, and no store at all. It has to fit into 4096 bytes. Nobody can list such
   * sessions, nor end one before its time: a copy of a cookie works until it expires, also after sign-out.
   *
   * @default false
   */
  readonly stateless?: boolean
  readonly cookie?: SessionCookieOptions
  /** A session nobody used for this long ends, in milliseconds. @default `SESSION_TIMEOUT`, else 7 days */
  readonly idleTimeoutMs?: number
  /** A session ends this long after it began, used or not, in milliseconds. @default 30 days */
  readonly absoluteTimeoutMs?: number
  /**
   * Use of a session moves its expiry at most this often, in milliseconds: a read costs no write.
   *
   * @default a tenth of `idleTimeoutMs`, at most one hour
   */
  readonly touchIntervalMs?: number
  /** Use of a session moves its expiry. `false`: it ends `idleTimeoutMs` after it began. @default `SESSION_SLIDING_WINDOW`, else true */
  readonly sliding?: boolean
  /** Remember address and agent of who signs in, sealed with the session. @default `SESSION_TRACK_METADATA`, else true */
  readonly trackClients?: boolean
  /**
   * What to do when a session is used from another network or another kind of browser than it was signed in from.
   * `'off'` compares nothing.
   *
   * @default 'note'; 'off' where `SESSION_SUSPICIOUS_ACTIVITY_CHECK` or `trackClients` is false
   */
  readonly clientChange?: ClientChangePolicy | 'off'
  /**
   * Asked on each request of a signed-in session, before any handler: anything but `true` ends the session. For users
   * that may have been disabled or removed since.
   *
   * @default none
   */
  readonly verifyOwner?: OwnershipCheck
  /**
   * The application that this one takes the place of: its cookies are accepted until a date, its sessions go on, and as
   * long as you like there is a way back.
   *
   * @default none
   */
  readonly legacy?: LegacyOptions
  /** Adds routes for load balancers and Kubernetes. `true` is `{ path: '/health' }`. @default none */
  readonly healthRoutes?: HealthRouteOptions | true
  /** A registry of prom-client to put metrics into. @default none */
  readonly metrics?: MetricsRegistry
  /** Hears every event of this plugin's sessions. @default none */
  readonly onEvent?: SessionEventListener
  /**
   * `development` and `test` allow an ephemeral secret, sessions in memory and plain HTTP. Any other name is
   * treated as production.
   *
   * @default `NODE_ENV`, else `ENVIRONMENT`, else `development`
   */
  readonly environment?: string
  /** Variables to read instead of the process's own. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
}
