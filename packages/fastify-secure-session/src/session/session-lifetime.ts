import type { LoadedSession, SessionMeta } from '@keyturn/session-stores'
import type { EpochMs } from '@keyturn/token-crypto'
import type { SessionEntry } from './session-entry.ts'
import type { ResolvedSessionOptions } from '../options/resolved-options.ts'

type Timeouts = Pick<ResolvedSessionOptions, 'idleTimeoutMs' | 'absoluteTimeoutMs' | 'touchIntervalMs' | 'sliding'>

/** When sessions end: idle and absolute timeout in one place, so that cookies and records agree. */
export interface SessionLifetime {
  /** Expiry of a session that is used at `now`: the idle timeout, cut at the absolute one. */
  expiryAt(now: EpochMs, session: { readonly meta: SessionMeta; readonly beganAt: EpochMs }): EpochMs
  /** Expiry of a session that is stored now: as the application wishes it, moved by use, or as it was. */
  nextExpiry(now: EpochMs, entry: Pick<SessionEntry, 'loaded' | 'meta' | 'wishedExpiry'>): EpochMs
  /** Whoever edits a row's expiry gets no more than a session that is used now would have. */
  capped(now: EpochMs, loaded: LoadedSession): LoadedSession
  /** A session's expiry moves only when that is worth a write. */
  touchIsDue(now: EpochMs, loaded: LoadedSession): boolean
  /** The absolute timeout has passed, however the record came to live longer. */
  isOver(now: EpochMs, loaded: LoadedSession): boolean
}

export function createSessionLifetime({ idleTimeoutMs, absoluteTimeoutMs, touchIntervalMs, sliding }: Timeouts): SessionLifetime {
  const expiryAt: SessionLifetime['expiryAt'] = (now, { meta, beganAt }) =>
    Math.min(now + (meta.idleTimeoutMs ?? idleTimeoutMs), beganAt + absoluteTimeoutMs)

  const touchIsDue: SessionLifetime['touchIsDue'] = (now, loaded) => {
    if (!sliding) return false
    const next = expiryAt(now, { meta: loaded.meta, beganAt: loaded.createdAt })
    return next - loaded.expiresAt >= touchIntervalMs && next > loaded.expiresAt
  }

  return {
    expiryAt,
    touchIsDue,
    nextExpiry(now, { loaded, meta, wishedExpiry }) {
      const beganAt = loaded?.createdAt ?? now
      if (wishedExpiry !== undefined) return Math.min(wishedExpiry, beganAt + absoluteTimeoutMs)
      return loaded === undefined || touchIsDue(now, loaded) ? expiryAt(now, { meta, beganAt }) : loaded.expiresAt
    },
    capped(now, loaded) {
      const latest = expiryAt(now, { meta: loaded.meta, beganAt: loaded.createdAt })
      return loaded.expiresAt > latest ? { ...loaded, expiresAt: latest } : loaded
    },
    isOver: (now, loaded) => now >= loaded.createdAt + absoluteTimeoutMs,
  }
}
