import { withoutExpired } from './state.ts'
import type { State } from './state.ts'

/** The state over time: writes see the latest, reads may be late. */
export interface History {
  latest(now: number): State
  /** What a read sees. */
  visible(now: number): State
  add(state: State, now: number): void
  setLag(lag: ReadLag): void
}

export interface ReadLag {
  /** Milliseconds until a read sees a write. */
  readonly ms: number
  /**
   * `same`: each read is exactly this late. `varying`: anything up to it, so that of two reads the later may see the
   * older state, as when two machines answer. Default: `same`.
   */
  readonly spread?: 'same' | 'varying'
}

interface Entry {
  readonly state: State
  readonly writtenAt: number
  /** The lag that was set when it was written. */
  readonly lag: ReadLag
}

export function createHistory(): History {
  const none: Entry = { state: new Map(), writtenAt: -Infinity, lag: { ms: 0 } }
  let entries: readonly Entry[] = [none]
  let lag: ReadLag = { ms: 0 }

  const lastSeenBy = (now: number): number => entries.findLastIndex(entry => entry.writtenAt + lateness(entry.lag) <= now)
  return {
    latest: now => withoutExpired((entries.at(-1) ?? none).state, now),
    visible: now => withoutExpired((entries[lastSeenBy(now)] ?? none).state, now),
    add(state, now) {
      // What everyone has seen hides all that was before it.
      const seenByAll = entries.findLastIndex(entry => entry.writtenAt + entry.lag.ms <= now)
      entries = [...entries.slice(Math.max(0, seenByAll)), { state, writtenAt: now, lag }]
    },
    setLag(next) {
      if (!(Number.isFinite(next.ms) && next.ms >= 0)) throw new TypeError('read lag: ms must be a finite number, zero or more')
      lag = next
    },
  }
}

function lateness({ ms, spread }: ReadLag): number {
  return spread === 'varying' ? Math.random() * ms : ms
}
