import type { SecretProvider } from '@keyturn/secret-providers'
import type { SessionStore } from '@keyturn/session-stores'

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
  readonly cookie: ResolvedCookieOptions
  readonly idleTimeoutMs: number
  readonly absoluteTimeoutMs: number
  readonly touchIntervalMs: number
}
