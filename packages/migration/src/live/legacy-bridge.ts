import type { SealedSessions, SessionData } from '@keyturn/session-stores'
import { type Clock, type CookieSigner, systemClock } from '@keyturn/token-crypto'
import type { LegacyStore } from '../legacy/legacy-store.ts'
import { createLegacySigner, type LegacyCookieOptions } from './legacy-cookies.ts'
import type { LegacyPhase } from './legacy-phase.ts'
import { createLegacySessions } from './legacy-sessions.ts'
import { createMigrationSwitch, type MigrationSwitch } from './migration-switch.ts'

export interface LegacyBridgeOptions {
  /** Sessions of the old application. */
  readonly store: LegacyStore
  readonly cookies: LegacyCookieOptions
  /** Phase to begin with. Default `reversible`. */
  readonly phase?: LegacyPhase
  /** Whose session it is, from its data, so that it can be listed and ended by user; `undefined` for nobody's. */
  readonly userIdOf?: (data: Readonly<SessionData>) => string | undefined
  readonly clock?: Clock
}

/** What joins an application with Keyturn to the sessions and cookies of the one before it. */
export interface LegacyBridge {
  wrapSigner(signer: CookieSigner): CookieSigner
  wrapSessions(sessions: SealedSessions): SealedSessions
  /** Changes the phase while running. */
  readonly switch: MigrationSwitch<LegacyPhase>
}

/** @throws {TypeError} Names every option that is wrong. */
export function createLegacyBridge(options: LegacyBridgeOptions): LegacyBridge {
  const { store, cookies, phase = 'reversible', userIdOf = () => undefined, clock = systemClock } = options
  if (typeof store?.read !== 'function') throw new TypeError('createLegacyBridge: store must be a legacy store, such as createConnectRedisReader() gives.')
  const phaseSwitch = createMigrationSwitch(['reversible', 'forward', 'done'], phase)
  const current = (): LegacyPhase => phaseSwitch.phase
  return Object.freeze({
    switch: phaseSwitch,
    wrapSigner: (signer: CookieSigner) => createLegacySigner(cookies, { signer, phase: current, clock }),
    wrapSessions: (sessions: SealedSessions) => createLegacySessions({ sessions, legacy: store, phase: current, userIdOf }),
  })
}
