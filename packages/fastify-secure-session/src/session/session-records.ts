import { type LoadedSession, type SealedSessions, SessionDataError, SessionTooLargeError, type WrittenData } from '@keyturn/session-stores'
import { type Clock, OpenError, UnknownKeyError } from '@keyturn/token-crypto'
import type { FastifyBaseLogger } from 'fastify'
import { SessionStoreUnavailableError } from '../errors.ts'
import type { SessionEvents } from '../events/session-events.ts'
import type { ReadOutcome } from '../metrics/session-metrics.ts'
import { boundTo, isBoundToOther } from './session-meta.ts'
import type { SessionEntry } from './session-entry.ts'
import type { SessionLifetime } from './session-lifetime.ts'

/** `unreadable`: a record is there and does not open with the keys that this instance has. */
export type OpenedSession =
  | { readonly kind: 'live'; readonly loaded: LoadedSession }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' }

/** Sessions as a request needs them: an outage is always `KEYTURN_SESSION_STORE_UNAVAILABLE`. */
export interface SessionRecords {
  open(id: string): Promise<OpenedSession>
  /** Stores what the request made of a session. `'gone'`: it was ended meanwhile, and nothing is written. */
  save(id: string, entry: SessionEntry, written: WrittenData): Promise<'stored' | 'gone'>
  end(id: string): Promise<void>
  /** Moves expiry and key of a session that was only read, without anybody waiting for it. */
  refreshInBackground(loaded: LoadedSession, options: { readonly touch: boolean }): void
  /** Resolves when no background write is left. */
  settled(): Promise<void>
}

interface SessionRecordsOptions {
  readonly sealed: SealedSessions
  readonly lifetime: SessionLifetime
  readonly clock: Clock
  readonly events: SessionEvents
  readonly log: FastifyBaseLogger
  /** Names of the cookie: today's and, while it is taken too, an older one. */
  readonly cookie: { readonly name: string; readonly oldName?: string | undefined }
  readonly onRead?: ((outcome: ReadOutcome) => void) | undefined
}

export function createSessionRecords({ sealed, lifetime, clock, events, log, cookie, onRead }: SessionRecordsOptions): SessionRecords {
  const background = new Set<Promise<void>>()
  const names = [cookie.name, cookie.oldName]

  async function open(id: string): Promise<OpenedSession> {
    let loaded: LoadedSession | undefined
    try {
      loaded = await sealed.load(id)
    } catch (error) {
      if (!(error instanceof OpenError) && !(error instanceof UnknownKeyError)) {
        onRead?.('unavailable')
        throw new SessionStoreUnavailableError(error)
      }
      log.error({ code: error.code }, 'A stored session does not open with the accepted keys; it is treated as absent and left as it is')
      onRead?.('unreadable')
      return { kind: 'unreadable' }
    }
    if (loaded !== undefined && isBoundToOther(loaded.meta, names)) loaded = undefined
    const now = clock.now()
    const over = loaded !== undefined && lifetime.isOver(now, loaded)
    onRead?.(loaded === undefined || over ? 'absent' : 'live')
    if (loaded === undefined) return { kind: 'absent' }
    if (!over) return { kind: 'live', loaded: lifetime.capped(now, loaded) }
    await end(id)
    events.emit('expired', { id, userId: loaded.meta.userId })
    return { kind: 'absent' }
  }

  async function save(id: string, entry: SessionEntry, { data, json }: WrittenData): Promise<'stored' | 'gone'> {
    const now = clock.now()
    const { loaded, meta } = entry
    if (entry.ended) return 'gone'
    const expiresAt = lifetime.nextExpiry(now, entry)
    if (expiresAt <= now) {
      await end(id)
      events.emit('ended', { id, userId: meta.userId })
      return 'gone'
    }
    entry.wishedExpiry = undefined
    if (loaded === undefined) {
      const bound = boundTo(meta, cookie.name)
      entry.loaded = await orUnavailable(sealed.create(id, { data, json, meta: bound, createdAt: now, expiresAt }))
      entry.meta = bound
      events.emit('created', { id, userId: meta.userId })
      entry.created = true
      entry.metaChanged = false
      return 'stored'
    }
    const saved = await orUnavailable(sealed.save(loaded, { data, json, meta, expiresAt }))
    if (saved.outcome === 'gone') return 'gone'
    entry.loaded = saved.session
    entry.moved ||= expiresAt !== loaded.expiresAt
    entry.metaChanged = false
    return 'stored'
  }

  async function end(id: string): Promise<void> {
    await orUnavailable(sealed.destroy(id))
  }

  function refreshInBackground(loaded: LoadedSession, { touch }: { readonly touch: boolean }): void {
    const expiresAt = lifetime.expiryAt(clock.now(), { meta: loaded.meta, beganAt: loaded.createdAt })
    const work = loaded.stale ? sealed.rewrap(touch ? { ...loaded, expiresAt } : loaded) : sealed.touch(loaded.id, expiresAt)
    const settled = work.then(
      () => {},
      (error: unknown) => log.warn({ err: error }, 'A session was not refreshed; its next use tries again'),
    )
    background.add(settled)
    void settled.then(() => background.delete(settled))
  }

  return {
    open,
    save,
    end,
    refreshInBackground,
    settled: async () => void (await Promise.all(background)),
  }
}

async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw isOfTheApplication(error) ? error : new SessionStoreUnavailableError(error)
  }
}

/** What the application put into its session is its own mistake, not the store's. */
function isOfTheApplication(error: unknown): boolean {
  return error instanceof SessionDataError || error instanceof SessionTooLargeError || error instanceof TypeError
}
