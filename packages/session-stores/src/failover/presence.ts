import type { SessionStore, StoreKey } from '../store.ts'
import { decodeLedgerRecord, encodeLedgerRecord, reservedName } from './chain-record.ts'
import type { ResolvedFailoverOptions } from './failover-options.ts'
import { limitWait } from './link-calls.ts'

/**
 * Each instance leaves a sign of life in the first link. One whose sign stands still was killed, and what it had not yet
 * mirrored is made up for by another.
 */
export interface Presence {
  /** Another instance has writes that the second link lacks, and cannot bring them there now. */
  readonly othersBehind: boolean
  /** Instances that were killed. */
  readonly dead: readonly string[]
  /** What the dead had not mirrored was made up for. */
  bury(dead: readonly string[]): Promise<void>
  /** Leaves a sign at once: this instance fell behind, or caught up. */
  tell(): void
  /** @param owed - Writes that were not mirrored: the sign stays, and another instance makes up for them. */
  close(owed: number): Promise<void>
}

export interface PresenceOptions {
  readonly instance: string
  readonly first: SessionStore
  readonly settings: ResolvedFailoverOptions
  readonly firstServes: () => boolean
  /** Whether this instance has writes that it cannot mirror now. */
  readonly isBehind: () => boolean
}

interface Sign {
  readonly beat: number
  readonly behind: boolean
  readonly seenAt: number
}

const PRESENCE_TAG = reservedName('presence')
const BEAT_LEASES = 8
/** Beats without a sign. */
const DEAD_AFTER = 4
const KEPT_MS = 400 * 86_400_000

export function createPresence({ instance, first, settings, firstServes, isBehind }: PresenceOptions): Presence {
  const { clock, monotonicMs } = settings
  const beatMs = BEAT_LEASES * settings.leaseMs
  const keyOf = (name: string): StoreKey => reservedName('presence', name)
  const within = <T>(work: Promise<T>): Promise<T> => limitWait(work, settings.timeoutMs, first.name, clock)
  let signs = new Map<string, Sign>()
  let beats = 0
  let beating: Promise<void> | undefined
  let cancelTimer = clock.setTimer(beatOn, 0)
  let closed = false

  function beatOn(): void {
    if (closed) return
    beating ??= within(beat())
      // The first link is watched elsewhere.
      .catch(() => undefined)
      .finally(() => {
        beating = undefined
        cancelTimer()
        if (!closed) cancelTimer = clock.setTimer(beatOn, beatMs)
      })
  }

  async function beat(): Promise<void> {
    if (!firstServes()) return
    const now = clock.now()
    const content = { instance, beat: ++beats, behind: isBehind() }
    const record = encodeLedgerRecord({ content, version: 1, ownerTag: PRESENCE_TAG, now, expiresAt: now + KEPT_MS })
    await first.put(keyOf(instance), record, 'any')
    const found = (await first.listByOwner?.(PRESENCE_TAG)) ?? []
    const seen = new Map<string, Sign>()
    for (const { record: other } of found) {
      const { instance: name, beat: count, behind } = decodeLedgerRecord(other) ?? {}
      if (typeof name !== 'string' || name === instance) continue
      const former = signs.get(name)
      const seenAt = former !== undefined && former.beat === count ? former.seenAt : monotonicMs()
      seen.set(name, { beat: Number(count), behind: behind === true, seenAt })
    }
    signs = seen
  }

  return {
    get othersBehind() {
      return [...signs.values()].some(({ behind }) => behind)
    },
    get dead() {
      const before = monotonicMs() - DEAD_AFTER * beatMs
      return [...signs].filter(([, { seenAt }]) => seenAt < before).map(([name]) => name)
    },
    async bury(dead) {
      for (const name of dead) {
        await first.destroy(keyOf(name))
        signs.delete(name)
      }
    },
    tell() {
      if (closed || beating !== undefined) return
      cancelTimer()
      cancelTimer = clock.setTimer(beatOn, 0)
    },
    async close(owed) {
      closed = true
      cancelTimer()
      await beating
      if (owed === 0 && firstServes() && !isBehind()) await within(first.destroy(keyOf(instance))).catch(() => undefined)
    },
  }
}
