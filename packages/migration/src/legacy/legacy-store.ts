import type { JsonValue } from '@keyturn/session-stores'
import type { EpochMs } from '@keyturn/token-crypto'

/** A session as the old application keeps it. */
export interface LegacySession {
  readonly id: string
  /** Without the cookie. */
  readonly data: Readonly<Record<string, unknown>>
  readonly expiresAt: EpochMs
  /** The `cookie` object that express-session and @fastify/session keep in the session; written back as it was. */
  readonly cookie?: Readonly<Record<string, JsonValue>>
}

/** Sessions of another library, read in its own format: one file a format. */
export interface LegacyStore {
  readonly name: string
  /** `undefined` when there is none, or it has expired. What is not of the format counts as none. */
  read(id: string): Promise<LegacySession | undefined>
  /**
   * Writes for the way back.
   *
   * @param mode - `'update'`: only over a session that is still there, so that one that ended stays ended.
   */
  write(session: LegacySession, mode: 'create' | 'update'): Promise<void>
  /** Resolves to whether it was there. */
  destroy(id: string): Promise<boolean>
  /** Every live session, for the bulk copy. */
  scan(): AsyncIterable<LegacySession>
}
