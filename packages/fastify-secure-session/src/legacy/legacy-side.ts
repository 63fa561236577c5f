import { type BulkOptions, type BulkReport, createLegacyBridge, importSessions, type LegacyBridge, type LegacyPhase } from '@keyturn/migration'
import type { SealedSessions } from '@keyturn/session-stores'
import type { Clock, CookieSigner } from '@keyturn/token-crypto'
import type { SessionEvents } from '../events/session-events.ts'
import type { ResolvedCookieOptions } from '../options/resolved-options.ts'
import { createSessionCookie, type SessionCookie } from '../session/session-cookie.ts'
import { createLegacyCookie } from './legacy-cookie.ts'
import type { ResolvedLegacyOptions } from './legacy-options.ts'

/** `fastify.secureSession.legacy`: the way over from the application before this one. */
export interface LegacyControl {
  /** Where the way over stands. */
  readonly phase: LegacyPhase
  /** Sessions that requests have brought over since this process began; those of `importSessions` are in its report. */
  readonly carried: number
  /** Goes on, or back, while the server runs. @throws {TypeError} no such phase. */
  setPhase(phase: LegacyPhase): void
  /**
   * Brings over the sessions of users who do not come by themselves: in phase `reversible` they stay in the old store
   * too, in phase `forward` they leave it.
   *
   * @throws {TypeError} The option `legacy` has no store, or the phase is `done`.
   */
  importSessions(options?: BulkOptions & { readonly dryRun?: boolean }): Promise<BulkReport>
}

/** The parts of the plugin that are other ones while an old application is taken over. */
export interface LegacySide {
  readonly sealed: SealedSessions
  readonly signer: CookieSigner
  readonly cookie: SessionCookie
  readonly control: LegacyControl | undefined
}

interface LegacySideOptions {
  readonly legacy: ResolvedLegacyOptions | undefined
  readonly sealed: SealedSessions
  readonly signer: CookieSigner
  readonly cookie: ResolvedCookieOptions
  readonly events: SessionEvents
  readonly clock: Clock
}

/** @throws {TypeError} Names every option of `legacy` that is wrong. */
export function createLegacySide(options: LegacySideOptions): LegacySide {
  const { legacy, sealed, signer, cookie, events, clock } = options
  const own = createSessionCookie(cookie)
  if (legacy === undefined) return { sealed, signer, cookie: own, control: undefined }
  let carried = 0
  const bridge = createLegacyBridge({
    ...legacy,
    clock,
    onCarried({ id, meta }) {
      carried++
      events.emit('carried', { id, userId: meta.userId })
    },
  })
  const bridged = bridge.wrapSessions(sealed)
  const control = createControl({ bridge, legacy, sessions: bridged, count: () => carried })
  const old = createSessionCookie({ ...cookie, domain: undefined, ...legacy.cookies })
  return {
    sealed: bridged,
    signer: bridge.wrapSigner(signer),
    cookie: own.name === old.name ? own : createLegacyCookie({ own, old, bridge }),
    control,
  }
}

interface ControlOptions {
  readonly bridge: LegacyBridge
  readonly legacy: ResolvedLegacyOptions
  readonly sessions: SealedSessions
  readonly count: () => number
}

function createControl({ bridge, legacy, sessions, count }: ControlOptions): LegacyControl {
  return Object.freeze({
    get phase() {
      return bridge.switch.phase
    },
    get carried() {
      return count()
    },
    setPhase: (phase: LegacyPhase) => bridge.switch.set(phase),
    async importSessions(options = {}) {
      const { phase } = bridge.switch
      if (legacy.store === undefined) throw new TypeError('importSessions needs `legacy.store`: there is nothing to import from.')
      if (phase === 'done') throw new TypeError('importSessions: in phase `done` the old store plays no part; set another phase first.')
      const userIdOf = legacy.userIdOf ?? (() => undefined)
      return importSessions({ ...options, from: legacy.store, into: sessions, move: phase === 'forward', userIdOf })
    },
  })
}
