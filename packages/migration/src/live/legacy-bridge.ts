import type { LoadedSession, SealedSessions, SessionData } from '@keyturn/session-stores'
import { type Clock, type CookieSigner, systemClock } from '@keyturn/token-crypto'
import { guardLegacyStore } from '../legacy/guarded-legacy-store.ts'
import type { LegacyStore } from '../legacy/legacy-store.ts'
import { createLegacySigner, type LegacyCookieOptions, problemsOfCookies, signsAsBefore } from './legacy-cookies.ts'
import { assertNoProblems } from '../option-rules.ts'
import type { LegacyPhase } from './legacy-phase.ts'
import { createLegacySessions } from './legacy-sessions.ts'
import { createMigrationSwitch, type MigrationSwitch } from './migration-switch.ts'

export interface LegacyBridgeOptions {
  /** Sessions of the old application. Without it only its cookies are known: the sessions were imported before. */
  readonly store?: LegacyStore
  readonly cookies: LegacyCookieOptions
  /** Phase to begin with. Default `reversible`; without `store` it is `forward`. */
  readonly phase?: LegacyPhase
  /** Whose session it is, from its data, so that it can be listed and ended by user; `undefined` for nobody's. */
  readonly userIdOf?: (data: Readonly<SessionData>) => string | undefined
  /** Told of each session that was taken over from the old store, once. */
  readonly onCarried?: (session: LoadedSession) => void
  readonly clock?: Clock
}

/** What joins an application with Keyturn to the sessions and cookies of the one before it. */
export interface LegacyBridge {
  wrapSigner(signer: CookieSigner): CookieSigner
  wrapSessions(sessions: SealedSessions): SealedSessions
  /** Whether cookies are signed as the old application does it: in phase `reversible`, until their date. */
  signsAsBefore(): boolean
  /** Changes the phase while running. */
  readonly switch: MigrationSwitch<LegacyPhase>
}

/** @throws {TypeError} Names every option that is wrong. */
export function createLegacyBridge(options: LegacyBridgeOptions): LegacyBridge {
  const { store, cookies, userIdOf = () => undefined, onCarried, clock = systemClock } = options
  const { phase = store === undefined ? 'forward' : 'reversible' } = options
  assertNoProblems('createLegacyBridge', [
    store === undefined || typeof store?.read === 'function' ? undefined : 'store must be a legacy store, such as createConnectRedisReader() gives',
    ...problemsOfCookies(cookies),
  ])
  const phaseSwitch = createMigrationSwitch(['reversible', 'forward', 'done'], phase)
  const current = (): LegacyPhase => phaseSwitch.phase
  const legacy = store === undefined ? undefined : guardLegacyStore(store)
  return Object.freeze({
    signsAsBefore: () => signsAsBefore(cookies, { phase: current, clock }),
    switch: phaseSwitch,
    wrapSigner: (signer: CookieSigner) => createLegacySigner(cookies, { signer, phase: current, clock }),
    wrapSessions: (sessions: SealedSessions) =>
      legacy === undefined ? sessions : createLegacySessions({ sessions, legacy, phase: current, userIdOf, onCarried }),
  })
}
