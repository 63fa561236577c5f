import { LRUCache } from 'lru-cache'
import type { EpochMs } from '@keyturn/token-crypto'
import { createOwnerSets } from '../memory/owner-sets.ts'
import { copyOf, ENTRY_BYTES, nameOf } from '../record-copy.ts'
import { isNewer } from '../record-order.ts'
import type { SessionRecord, StoredSession, StoreKey } from '../store.ts'
import type { ResolvedFailoverOptions } from './failover-options.ts'

/**
 * Copies of the sessions that this instance served a moment ago, for when no durable link is left. Nobody tells it what
 * other instances do: only a session that was made here, or that was served here for a while without another instance
 * changing it, is served from its copy.
 */
export interface WarmCopies {
  /** Before a durable link is read. @returns What `read` is to be given. */
  begin(): number
  read(key: StoreKey, record: SessionRecord | undefined, began: number): void
  wrote(key: StoreKey, record: SessionRecord): void
  prolonged(key: StoreKey, expiresAt: EpochMs): void
  /** It was not there. */
  missed(key: StoreKey): void
  /** It is to end: no copy of it is kept any more, also none that is being read. */
  ended(key: StoreKey): void
  /** Before the end and after it: what was read in between may have been there still. */
  endedOwner(ownerTag: Buffer, except: StoreKey | undefined): void
  /** Whether its end was asked for here, lately. */
  hasEnded(key: StoreKey): boolean
  /** `undefined` where it may have changed, or ended, without this instance. */
  find(key: StoreKey): SessionRecord | undefined
  listByOwner(ownerTag: Buffer): StoredSession[]
}

interface Copy extends StoredSession {
  readonly usedAt: number
  /** Until then it is another instance's as well. */
  readonly sharedUntil: number
  /** What `sharedUntil` was before the last change, which may turn out to be our own. */
  readonly formerUntil: number
}

const MOST_COPIES = 50_000
const MOST_BYTES = 64 * 1024 * 1024
const MOST_ENDS = 50_000
/** The longer ago it was used here, the likelier is that it ended elsewhere. */
const WARM_MS = 5 * 60_000
/** A user who is at home here comes back to no other instance for this long after another one was seen to serve them. */
const SHARED_MS = 10 * 60_000
/** The same for a session that was made elsewhere and found here: after a restart all are. */
const FOUND_MS = 60_000

export function createWarmCopies({ clock, monotonicMs }: Pick<ResolvedFailoverOptions, 'clock' | 'monotonicMs'>): WarmCopies {
  const owners = createOwnerSets()
  const copies = new LRUCache<string, Copy>({
    max: MOST_COPIES,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ record }) => ENTRY_BYTES + record.sealed.length,
    dispose: ({ record }, name) => owners.remove(record.ownerTag, name),
  })
  const ends = new LRUCache<string, true>({ max: MOST_ENDS })
  let readings = 0
  let ownerEndedAt = -1

  function keep(name: string, key: StoreKey, record: SessionRecord, marks: Pick<Copy, 'sharedUntil' | 'formerUntil'>): void {
    const there = copies.peek(name)
    const isSame = there?.record.version === record.version && there.record.sealed.equals(record.sealed)
    const stored = isSame ? { key: there.key, record: { ...there.record, expiresAt: record.expiresAt } } : copyOf(key, record)
    copies.set(name, { ...stored, ...marks, usedAt: monotonicMs() })
    if (copies.has(name)) owners.add(stored.record.ownerTag, name)
  }

  /** What was found first by a read, and taken for another instance's, was written here. */
  function keepOwn(name: string, key: StoreKey, record: SessionRecord): void {
    const { record: there, sharedUntil = 0, formerUntil = 0 } = copies.peek(name) ?? {}
    const isFound = there?.version === record.version && there.expiresAt === record.expiresAt
    const until = isFound ? formerUntil : sharedUntil
    keep(name, key, record, { sharedUntil: until, formerUntil: until })
  }

  function findFresh(name: string): Copy | undefined {
    const found = copies.peek(name)
    if (found === undefined) return undefined
    const now = monotonicMs()
    const isFresh = found.record.expiresAt > clock.now() && now < found.usedAt + WARM_MS && now >= found.sharedUntil
    return isFresh ? found : undefined
  }

  return {
    begin: () => ++readings,
    read(key, record, began) {
      const name = nameOf(key)
      if (record === undefined) {
        copies.delete(name)
        return
      }
      if (ends.has(name) || began <= ownerEndedAt) return
      const { record: there, sharedUntil = 0, formerUntil = 0 } = copies.peek(name) ?? {}
      // Read before what is known already.
      if (there !== undefined && isNewer(there, record)) return
      const isOthers = there === undefined || isNewer(record, there)
      if (!isOthers) return keep(name, key, record, { sharedUntil, formerUntil })
      const until = monotonicMs() + (there === undefined ? FOUND_MS : SHARED_MS)
      keep(name, key, record, { sharedUntil: Math.max(sharedUntil, until), formerUntil: sharedUntil })
    },
    wrote(key, record) {
      const name = nameOf(key)
      if (!ends.has(name)) keepOwn(name, key, record)
    },
    prolonged(key, expiresAt) {
      const name = nameOf(key)
      const there = copies.peek(name)
      if (there !== undefined) keepOwn(name, key, { ...there.record, expiresAt })
    },
    missed: (key) => void copies.delete(nameOf(key)),
    ended(key) {
      const name = nameOf(key)
      copies.delete(name)
      ends.set(name, true)
    },
    endedOwner(ownerTag, except) {
      ownerEndedAt = readings
      for (const name of owners.names(ownerTag)) {
        if (except !== undefined && nameOf(except) === name) continue
        copies.delete(name)
        ends.set(name, true)
      }
    },
    hasEnded: (key) => ends.has(nameOf(key)),
    find: (key) => findFresh(nameOf(key))?.record,
    listByOwner: (ownerTag) => owners.names(ownerTag).map((name) => copies.peek(name)).filter((copy) => copy !== undefined),
  }
}
