import { chooseLinks } from './fallback-options.ts'
import { resolveOptions } from './resolve-options.ts'
import type { ResolvedCookieOptions } from './resolved-options.ts'

/** What `secureSession` would do in this environment; passwords are left out. */
export interface DescribedOptions {
  readonly environment: string
  readonly production: boolean
  /** Where sessions rest: `postgres://host:5432/name`, `redis://host:6379`, or `memory`. `undefined`: the start is refused. */
  readonly store: string | undefined
  /** Where sessions go on while `store` is out of reach, in order. */
  readonly fallback: readonly string[]
  readonly nearCache: boolean
  readonly cookie: ResolvedCookieOptions
  readonly idleTimeoutMs: number
  readonly absoluteTimeoutMs: number
  readonly touchIntervalMs: number
  readonly sliding: boolean
  readonly trackClients: boolean
  readonly clientChange: string
}

/**
 * Resolves the options that the environment alone gives.
 *
 * @throws {TypeError} naming every mistake at once, without values.
 */
export function describeEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): DescribedOptions {
  const { environment, production, cookie, clientChange, ...options } = resolveOptions({ env })
  const urls = { redis: options.redisUrl, postgres: options.databaseUrl, memory: undefined }
  const [store, ...fallback] = chooseLinks(options).map((link) => withoutCredentials(urls[link]) ?? link)
  return Object.freeze({
    environment,
    production,
    store: store ?? (production ? undefined : 'memory'),
    fallback,
    nearCache: options.nearCache !== undefined,
    cookie,
    idleTimeoutMs: options.idleTimeoutMs,
    absoluteTimeoutMs: options.absoluteTimeoutMs,
    touchIntervalMs: options.touchIntervalMs,
    sliding: options.sliding,
    trackClients: options.trackClients,
    clientChange: typeof clientChange === 'string' ? clientChange : 'off',
  })
}

// Credentials may also stand in the query, as `?password=`.
function withoutCredentials(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const { protocol, host, pathname } = new URL(text)
  return `${protocol}//${host}${pathname}`
}
