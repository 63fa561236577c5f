import type { RotateOptions, RotationResult, SecretManager, SecretStatus } from '@keyturn/secret-providers'
import type { SealedSessions, SessionStore, StoreStatistics } from '@keyturn/session-stores'
import type { LiveKeyring } from '@keyturn/token-crypto'
import type { SessionEvents } from './events/session-events.ts'
import { createUserSessions, type UserSessions } from './session/user-sessions.ts'

/** Whether sessions work right now, and on what; nothing secret in it. */
export interface SessionHealth {
  readonly status: 'ok' | 'unavailable'
  readonly secret: SecretStatus
  readonly store: {
    readonly name: string
    readonly durable: boolean
    readonly shared: boolean
    readonly reachable: boolean
    /** Time of one ping in milliseconds; absent where the store did not answer. */
    readonly latencyMs?: number
  }
}

/** `fastify.secureSession`. */
export interface SecureSession {
  /** Today's keys, and word of every change. */
  readonly keyring: LiveKeyring
  readonly store: SessionStore
  /** Sessions by id and by user, for devices pages and administrators. */
  readonly sessions: UserSessions
  /** Signs and seals under a new secret from now on; the old one still verifies and opens. */
  rotate(options?: RotateOptions): Promise<RotationResult>
  health(): Promise<SessionHealth>
  /** Counts of the store; `undefined` where the store cannot count. */
  statistics(): Promise<StoreStatistics | undefined>
}

interface SecureSessionParts {
  readonly events: SessionEvents
  readonly manager: SecretManager
  readonly store: SessionStore
  readonly sealed: SealedSessions
}

export function createSecureSession({ manager, store, sealed, events }: SecureSessionParts): SecureSession {
  return {
    keyring: manager.keyring,
    store,
    sessions: createUserSessions(sealed, events),
    rotate: (options) => manager.rotate(options),
    statistics: async () => store.statistics?.(),
    async health() {
      const storeHealth = await ping(store)
      return { status: storeHealth.reachable ? 'ok' : 'unavailable', secret: manager.status(), store: storeHealth }
    },
  }
}

async function ping(store: SessionStore): Promise<SessionHealth['store']> {
  const { name } = store
  const { durable, shared } = store.supports
  const startedAt = performance.now()
  try {
    await store.ping()
    return { name, durable, shared, reachable: true, latencyMs: performance.now() - startedAt }
  } catch {
    return { name, durable, shared, reachable: false }
  }
}
