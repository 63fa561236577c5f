import type { Clock, EpochMs } from '@keyturn/token-crypto'
import type { LinkState } from './chain-status.ts'

export interface BreakerOptions {
  readonly clock: Clock
  readonly cooldownMs: number
  readonly jitter: number
}

/** What is known of one link, and when it may be tried again. */
export interface Breaker {
  readonly state: LinkState
  readonly since: EpochMs
  /** Why it is not in use; `undefined` when it is. */
  readonly reason: string | undefined
  /** Whether an open link may be probed now. */
  readonly due: boolean
  open(reason: string): void
  halfOpen(): void
  reconcile(): void
  close(): void
}

const LONGEST = 30
/** A link that fails again this many pauses after it was taken back has not recovered. */
const PROVEN_AFTER = 10

export function createBreaker({ clock, cooldownMs, jitter }: BreakerOptions): Breaker {
  let state: LinkState = 'closed'
  let since = clock.now()
  let reason: string | undefined
  let dueAt = 0
  let pauses = 0
  let closedAt = Number.NEGATIVE_INFINITY

  function become(next: LinkState): void {
    if (next !== state) since = clock.now()
    state = next
  }

  return {
    get state() {
      return state
    },
    get since() {
      return since
    },
    get reason() {
      return reason
    },
    get due() {
      return clock.now() >= dueAt
    },
    open(why) {
      const now = clock.now()
      reason = why
      // A probe before its time does not put off the next.
      if (state !== 'closed' && now < dueAt) return become('open')
      if (state === 'closed' && now - closedAt > PROVEN_AFTER * cooldownMs) pauses = 0
      const pauseMs = cooldownMs * Math.min(LONGEST, 2 ** pauses++)
      dueAt = now + pauseMs * (1 - jitter * Math.random())
      become('open')
    },
    halfOpen: () => become('half-open'),
    reconcile: () => become('reconciling'),
    close() {
      if (state !== 'closed') closedAt = clock.now()
      reason = undefined
      become('closed')
    },
  }
}
