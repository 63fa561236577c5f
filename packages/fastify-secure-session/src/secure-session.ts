import type { CompromiseOptions, RotateOptions, RotationResult } from '@keyturn/secret-providers'
import { createStatisticsReader, type DatedStatistics, type SessionStore } from '@keyturn/session-stores'
import type { LiveKeyring } from '@keyturn/token-crypto'
import { readHealth, type SessionHealth } from './health/session-health.ts'
import type { LegacyControl } from './legacy/legacy-side.ts'
import type { SessionParts } from './session-parts.ts'
import { createSessionTokens, type SessionTokens } from './tokens/session-tokens.ts'
import { createNoUserSessions } from './stateless/no-store.ts'
import { createUserSessions, type UserSessions } from './session/user-sessions.ts'

/** `fastify.secureSession`. */
export interface SecureSession {
  /** Today's keys, and word of every change. */
  readonly keyring: LiveKeyring
  readonly store: SessionStore
  /** Sessions by id and by user, for devices pages and administrators. */
  readonly sessions: UserSessions
  /** Values and tokens of the application, sealed and signed under the same keys. */
  readonly tokens: SessionTokens
  /** The way over from the application before this one; `undefined` without the option `legacy`. */
  readonly legacy: LegacyControl | undefined
  /** Signs and seals under a new secret from now on; the old one still verifies and opens. */
  rotate(options?: RotateOptions): Promise<RotationResult>
  /**
   * For a secret that others know: a new one signs at once, the old ones are dropped. Every session under them ends, on
   * this instance now and on the others as they hear of it.
   *
   * @returns Key ids of those dropped.
   */
  compromise(options?: CompromiseOptions): Promise<readonly string[]>
  health(): Promise<SessionHealth>
  /** Counts of the store, at most a minute old; `undefined` where the store cannot count. */
  statistics(): Promise<DatedStatistics | undefined>
}

type SecureSessionParts = Pick<SessionParts, 'manager' | 'store' | 'nearCache' | 'sealed' | 'events' | 'legacy' | 'cookieRecords'>

export function createSecureSession({ manager, store, nearCache, sealed, events, legacy, cookieRecords }: SecureSessionParts): SecureSession {
  const statistics = createStatisticsReader({ store })
  return {
    keyring: manager.keyring,
    store,
    legacy,
    tokens: createSessionTokens(manager.keyring),
    sessions: cookieRecords === undefined ? createUserSessions(sealed, events) : createNoUserSessions(),
    rotate: (options) => manager.rotate(options),
    compromise: (options) => manager.compromise(options),
    statistics: () => statistics.read(),
    health: () => readHealth(manager, store, nearCache),
  }
}
