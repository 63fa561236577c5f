import type { SecureSessionOptions } from '@keyturn/fastify-secure-session'
import type { SessionStore } from '@keyturn/session-stores'
import type { ServerSettings } from './server-settings.ts'

/** Production as it comes, but for plain HTTP; the secret is a key set file, so that it rotates. */
export function keyturnOptions({ secretFile, idleTimeoutMs }: ServerSettings, store: SessionStore): SecureSessionOptions {
  return { environment: 'production', env: {}, secretFile, store, idleTimeoutMs, cookie: { secure: false } }
}
