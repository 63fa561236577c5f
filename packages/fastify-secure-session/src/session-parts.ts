import type { SecretManager } from '@keyturn/secret-providers'
import { createPruner, createSealedSessions, type Pruner, type SealedSessions, type SessionStore } from '@keyturn/session-stores'
import type { NearCache } from '@keyturn/session-stores/near-cache'
import { type Clock, type CookieSigner, createCookieSigner, type LiveKeyring, systemClock } from '@keyturn/token-crypto'
import type { FastifyBaseLogger } from 'fastify'
import { writeChainLog } from './chain/chain-log.ts'
import { createAuditLog } from './events/audit-log.ts'
import { createSessionEvents, type SessionEvents } from './events/session-events.ts'
import { createLegacySide, type LegacyControl } from './legacy/legacy-side.ts'
import { observeStore } from './metrics/observed-store.ts'
import { createSessionMetrics } from './metrics/session-metrics.ts'
import { openNearCache } from './near-cache/open-near-cache.ts'
import { openSecrets } from './open-secrets.ts'
import { openStore } from './open-store.ts'
import type { ResolvedSessionOptions } from './options/resolved-options.ts'
import { createFastifySessionStore, type FastifySessionStore } from './session/fastify-session-store.ts'
import type { SessionCookie } from './session/session-cookie.ts'
import { type CookieRecords, createCookieRecords } from './stateless/cookie-records.ts'
import { type CookieSession, createSealedCookie } from './stateless/sealed-cookie.ts'
import { createSessionLifetime, type SessionLifetime } from './session/session-lifetime.ts'
import { createSessionRecords, type SessionRecords } from './session/session-records.ts'

/** Everything that one registration of the plugin works with. */
export interface SessionParts {
  readonly options: ResolvedSessionOptions
  readonly log: FastifyBaseLogger
  readonly clock: Clock
  readonly store: SessionStore
  /** `undefined` without the option `nearCache`. */
  readonly nearCache: NearCache | undefined
  readonly manager: SecretManager
  readonly keyring: LiveKeyring
  readonly sealed: SealedSessions
  readonly events: SessionEvents
  readonly lifetime: SessionLifetime
  readonly records: SessionRecords
  readonly signer: CookieSigner
  readonly cookie: SessionCookie
  /** What the session's cookie carries: its signed id or, stateless, the session itself. */
  readonly cookieValue: (session: CookieSession, expiresAt: number) => string
  /** `undefined` where sessions rest in a store. */
  readonly cookieRecords: CookieRecords | undefined
  /** `undefined` without the option `legacy`. */
  readonly legacy: LegacyControl | undefined
  /** What @fastify/session is given. */
  readonly fastifyStore: FastifySessionStore
  readonly pruner: Pruner
  /** Waits for writes under way, then closes what was opened here. */
  close(): Promise<void>
}

export async function createSessionParts(options: ResolvedSessionOptions, log: FastifyBaseLogger): Promise<SessionParts> {
  const clock = systemClock
  const metrics = options.metrics === undefined ? undefined : await createSessionMetrics(options.metrics)
  const { store, close: closeStore } = openStore({
    options,
    log,
    onChainEvent(event) {
      writeChainLog(log, event)
      metrics?.onChainEvent(event)
    },
  })
  const observed = metrics === undefined ? store : observeStore(store, metrics.onStoreOperation)
  const nearCache = openNearCache({ options, store: observed, log })
  if (nearCache !== undefined) metrics?.watchNearCache(nearCache)
  const manager = await openSecrets(options, log).catch(async (error: unknown) => {
    await closeStore()
    throw error
  })
  const { keyring } = manager
  const plain = createSealedSessions({ store: nearCache ?? observed, keyring, clock, rememberBytes: options.rememberBytes })
  const events = createSessionEvents(keyring, clock)
  events.sendTo(createAuditLog(log))
  if (options.onEvent !== undefined) events.sendTo({ onEvent: options.onEvent })
  if (metrics !== undefined) events.sendTo(metrics)
  metrics?.watchSecret(manager)
  metrics?.watchChain(store)
  const { sealed, signer, cookie, control } = createLegacySide({
    ...options,
    sealed: plain,
    signer: createCookieSigner(keyring),
    events,
    clock,
  })
  const lifetime = createSessionLifetime(options)
  const sealedCookie = options.stateless ? createSealedCookie({ keyring, name: cookie.name }) : undefined
  const cookieRecords = sealedCookie && createCookieRecords({ sealedCookie, lifetime, clock, events, onRead: metrics?.onRead })
  const records = cookieRecords ?? createSessionRecords({ sealed, lifetime, clock, events, log, cookie, onRead: metrics?.onRead })
  const pruner = createPruner({
    store,
    clock,
    onPruned: (removed) => log.debug({ removed }, 'expired sessions removed'),
    onError: (err) => log.warn({ err }, 'expired sessions were not removed; the next run tries again'),
  })

  return {
    options,
    log,
    clock,
    store,
    nearCache,
    manager,
    keyring,
    sealed,
    events,
    lifetime,
    records,
    signer,
    cookie,
    cookieValue: sealedCookie === undefined ? ({ id }) => signer.sign(id) : sealedCookie.seal,
    cookieRecords,
    legacy: control,
    fastifyStore: createFastifySessionStore({ ...options, records, signer }),
    pruner,
    async close() {
      await Promise.all([pruner.stop(), records.settled()])
      await nearCache?.close()
      await Promise.all([closeStore(), manager.close()])
    },
  }
}
