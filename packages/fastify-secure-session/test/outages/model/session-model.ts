/** What a server said of a session. `user` null: nobody is signed in. */
export interface Sight {
  readonly user: string | null
  readonly writes: readonly number[]
}

/** Something that should not have been seen. */
export interface Finding {
  readonly kind: 'logged-out' | 'write-lost' | 'came-back'
  /** When the server had acknowledged what is missing now, or had ended what is back. */
  readonly owedSince: number
  readonly seenAt: number
}

export type ModelState = 'live' | 'ending' | 'ended' | 'logged-out'

/**
 * What one user's session must hold, from acknowledgements alone. A write without a good answer may be there or not; what
 * was acknowledged before a read began must be in that read. Times are milliseconds of one clock.
 */
export interface SessionModel {
  readonly user: string
  readonly cookie: string
  readonly state: ModelState
  /** The number of a new write, which may be stored from now on. */
  beginWrite(): number
  acknowledgeWrite(write: number, at: number): void
  /** Checks what a request saw that began at `begunAt`. Each lost write is found once. */
  see(sight: Sight, begunAt: number, seenAt: number): Finding[]
  /** Somebody asked to end it: until that is acknowledged it may be live or not. */
  beginEnd(): void
  acknowledgeEnd(at: number): void
}

export interface NewSession {
  readonly user: string
  readonly cookie: string
  readonly signedInAt: number
}

export function createSessionModel({ user, cookie, signedInAt }: NewSession): SessionModel {
  const owed = new Map<number, number>()
  let attempted = 0
  let state: ModelState = 'live'
  let endedAt = Number.POSITIVE_INFINITY

  function seeEnded(sight: Sight, begunAt: number, seenAt: number): Finding[] {
    if (sight.user === null || begunAt < endedAt) return []
    return [{ kind: 'came-back', owedSince: endedAt, seenAt }]
  }

  function seeLive(sight: Sight, begunAt: number, seenAt: number): Finding[] {
    if (sight.user !== user) {
      state = 'logged-out'
      return [{ kind: 'logged-out', owedSince: signedInAt, seenAt }]
    }
    const there = new Set(sight.writes)
    const missing = [...owed].filter(([write, at]) => at <= begunAt && !there.has(write))
    for (const [write] of missing) owed.delete(write)
    return missing.map(([, owedSince]) => ({ kind: 'write-lost', owedSince, seenAt }))
  }

  return {
    user,
    cookie,
    get state() {
      return state
    },
    beginWrite: () => ++attempted,
    acknowledgeWrite: (write, at) => void owed.set(write, at),
    see(sight, begunAt, seenAt) {
      if (state === 'ended') return seeEnded(sight, begunAt, seenAt)
      return state === 'live' ? seeLive(sight, begunAt, seenAt) : []
    },
    beginEnd() {
      state = 'ending'
    },
    acknowledgeEnd(at) {
      state = 'ended'
      endedAt = at
    },
  }
}
