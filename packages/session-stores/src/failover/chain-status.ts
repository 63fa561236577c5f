import type { EpochMs } from '@keyturn/token-crypto'
import type { SessionStore } from '../store.ts'

/**
 * `closed`: in use, or ready to be. `open`: it failed, and is left alone until the next probe. `half-open`: it is being
 * probed. `reconciling`: it answers, and is being brought up to what happened without it.
 */
export type LinkState = 'closed' | 'open' | 'half-open' | 'reconciling'

export interface LinkStatus {
  readonly name: string
  /** 0 for the first. */
  readonly position: number
  readonly state: LinkState
  /** Since when it is in this state, epoch milliseconds. */
  readonly since: EpochMs
  /** Why it is not in use, such as `ECONNREFUSED`, `TIMEOUT`, `OOM`, `READONLY`; `undefined` when it is. */
  readonly reason: string | undefined
}

export interface MirrorStatus {
  /** Sessions that wait to be written to the second link. */
  readonly pending: number
  /** How long the oldest of them waits, milliseconds; `undefined` when none does. */
  readonly oldestPendingMs: number | undefined
  /** Sessions that no longer found room while the second link was away. A pass over all sessions makes up for them. */
  readonly dropped: number
  /** The second link lacks what the first has, beyond the delay of the mirror. */
  readonly behind: boolean
}

/** Where a chain stands, as this process sees it. */
export interface ChainStatus {
  /** Name of the link that serves now; while a change of links is under way, the one that is to serve. */
  readonly serving: string
  /** Another link than the first serves, or the second is no fall-back at the moment. */
  readonly degraded: boolean
  readonly links: readonly LinkStatus[]
  readonly mirror: MirrorStatus
}

/** A session store over several, of which one serves at a time. */
export interface FailoverStore extends SessionStore {
  status(): ChainStatus
}
