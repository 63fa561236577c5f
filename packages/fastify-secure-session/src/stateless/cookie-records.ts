import { type LoadedSession, toJsonText } from '@keyturn/session-stores'
import { type Clock, OpenError, UnknownKeyError } from '@keyturn/token-crypto'
import { SessionsNotStoredError } from '../errors.ts'
import type { SessionEvents } from '../events/session-events.ts'
import type { ReadOutcome } from '../metrics/session-metrics.ts'
import type { SessionLifetime } from '../session/session-lifetime.ts'
import type { OpenedSession, SessionRecords } from '../session/session-records.ts'
import type { SealedCookie } from './sealed-cookie.ts'

/** `forged`: no accepted key sealed it for this cookie. `unknown-key`: by a key that this instance has not heard of. */
export type OpenedCookie = OpenedSession | { readonly kind: 'forged' } | { readonly kind: 'unknown-key' }

/** Sessions that rest in their cookies: nothing is stored, so nothing that has left can be ended from here. */
export interface CookieRecords extends SessionRecords {
  openCookie(value: string): OpenedCookie
}

interface CookieRecordsOptions {
  readonly sealedCookie: SealedCookie
  readonly lifetime: SessionLifetime
  readonly clock: Clock
  readonly events: SessionEvents
  readonly onRead?: ((outcome: ReadOutcome) => void) | undefined
}

export function createCookieRecords({ sealedCookie, lifetime, clock, events, onRead }: CookieRecordsOptions): CookieRecords {
  function tryOpen(value: string): LoadedSession | 'forged' | 'unknown-key' {
    try {
      return sealedCookie.open(value)
    } catch (error) {
      if (error instanceof UnknownKeyError) return 'unknown-key'
      if (error instanceof OpenError) return 'forged'
      throw error
    }
  }

  return {
    openCookie(value) {
      const loaded = tryOpen(value)
      if (typeof loaded === 'string') return { kind: loaded }
      const now = clock.now()
      const over = now >= loaded.expiresAt || lifetime.isOver(now, loaded)
      onRead?.(over ? 'absent' : 'live')
      if (!over) return { kind: 'live', loaded: lifetime.capped(now, loaded) }
      events.emit('expired', { id: loaded.id, userId: loaded.meta.userId })
      return { kind: 'absent' }
    },
    open: () => Promise.reject(new SessionsNotStoredError()),
    async save(id, entry, { data, json }) {
      if (entry.ended) return 'gone'
      const now = clock.now()
      const { meta, loaded } = entry
      const createdAt = loaded?.createdAt ?? now
      const expiresAt = lifetime.nextExpiry(now, entry)
      if (expiresAt <= now) {
        events.emit('ended', { id, userId: meta.userId })
        return 'gone'
      }
      const session = { id, createdAt, dataText: toJsonText(data, json), metaText: toJsonText(meta) }
      // Too large is an error here, where an application that saves by itself hears of it.
      entry.loaded = sealedCookie.open(sealedCookie.seal(session, expiresAt))
      entry.metaChanged = false
      entry.wishedExpiry = undefined
      // The browser has to be given what it keeps, also of a session that it knew.
      entry.moved = true
      if (loaded === undefined) events.emit('created', { id, userId: meta.userId })
      return 'stored'
    },
    end: async () => {},
    refreshInBackground() {},
    settled: async () => {},
  }
}
