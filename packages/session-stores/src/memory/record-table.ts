import { LRUCache } from 'lru-cache'
import type { Clock, EpochMs, KeyId } from '@keyturn/token-crypto'
import type { PutExpectation, PutOutcome, SessionRecord, StoreKey, StoredSession, StoreStatistics } from '../store.ts'
import { copyOf, ENTRY_BYTES, nameOf } from '../record-copy.ts'
import { isNewer } from '../record-order.ts'
import { createOwnerSets } from './owner-sets.ts'

export interface RecordTableOptions {
  readonly maxEntries: number
  /** Bytes of sealed data and its keys, together. */
  readonly maxBytes: number
  readonly clock: Clock
  /** Called when a session that was still alive had to make room. */
  readonly onEvict: () => void
}

/** Records in memory, bounded by count and bytes: the one read longest ago makes room. */
export interface RecordTable {
  get(key: StoreKey): SessionRecord | undefined
  put(key: StoreKey, record: SessionRecord, expected: PutExpectation): PutOutcome
  putNewer(key: StoreKey, record: SessionRecord): boolean
  touch(key: StoreKey, expiresAt: EpochMs): boolean
  destroy(key: StoreKey): void
  listByOwner(ownerTag: Buffer): StoredSession[]
  /** Live ones in `batchSize` at a time. */
  batches(batchSize: number): Iterable<StoredSession[]>
  /** Removes up to `limit` expired records. @returns How many. */
  prune(limit: number): number
  statistics(): StoreStatistics
  clear(): void
}

export function createRecordTable({ maxEntries, maxBytes, clock, onEvict }: RecordTableOptions): RecordTable {
  const owners = createOwnerSets()
  const entries = new LRUCache<string, StoredSession>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: ({ record }) => ENTRY_BYTES + record.sealed.length,
    dispose({ record }, name, reason) {
      owners.remove(record.ownerTag, name)
      if (reason === 'evict' && record.expiresAt > clock.now()) onEvict()
    },
  })

  function find(name: string): StoredSession | undefined {
    const found = entries.get(name)
    if (found === undefined || found.record.expiresAt > clock.now()) return found
    entries.delete(name)
    return undefined
  }

  function set(name: string, stored: StoredSession): void {
    entries.set(name, stored)
    owners.add(stored.record.ownerTag, name)
  }

  function write(name: string, key: StoreKey, record: SessionRecord): void {
    if (record.expiresAt <= clock.now()) entries.delete(name)
    else set(name, copyOf(key, record))
  }

  return {
    get: (key) => find(nameOf(key))?.record,
    put(key, record, expected) {
      const name = nameOf(key)
      const outcome = compare(find(name)?.record.version, expected)
      if (outcome === 'stored') write(name, key, record)
      return outcome
    },
    putNewer(key, record) {
      const name = nameOf(key)
      const there = find(name)?.record
      if (there !== undefined && !isNewer(record, there)) return false
      write(name, key, record)
      return true
    },
    touch(key, expiresAt) {
      const name = nameOf(key)
      const found = find(name)
      if (found === undefined) return false
      set(name, { key: found.key, record: { ...found.record, expiresAt } })
      return true
    },
    destroy: (key) => void entries.delete(nameOf(key)),
    listByOwner(ownerTag) {
      const found = owners.names(ownerTag).map(find)
      return found.filter((stored) => stored !== undefined).sort((a, b) => b.record.createdAt - a.record.createdAt)
    },
    *batches(batchSize) {
      let batch: StoredSession[] = []
      // The scan goes on while others write: it walks what was there at its start.
      for (const stored of Array.from(entries.values())) {
        if (stored.record.expiresAt <= clock.now()) continue
        if (batch.push(stored) < batchSize) continue
        yield batch
        batch = []
      }
      if (batch.length > 0) yield batch
    },
    prune(limit) {
      const names = expiredNames(entries, clock.now(), limit)
      for (const name of names) entries.delete(name)
      return names.length
    },
    statistics: () => count(entries.values(), clock.now()),
    clear: () => entries.clear(),
  }
}

function compare(found: number | undefined, expected: PutExpectation): PutOutcome {
  if (expected === 'any') return 'stored'
  if (expected === 'absent') return found === undefined ? 'stored' : 'conflict'
  if (found === undefined) return 'gone'
  return found === expected ? 'stored' : 'conflict'
}

/** Oldest first, where the expired ones are. */
function expiredNames(entries: LRUCache<string, StoredSession>, now: EpochMs, limit: number): string[] {
  const names: string[] = []
  for (const name of entries.rkeys()) {
    const stored = entries.peek(name)
    if (stored === undefined || stored.record.expiresAt > now) continue
    if (names.push(name) === limit) break
  }
  return names
}

function count(entries: Iterable<StoredSession>, now: EpochMs): StoreStatistics {
  const byKeyId = new Map<KeyId, number>()
  let [total, active, bytes] = [0, 0, 0]
  for (const { record } of entries) {
    total++
    bytes += record.sealed.length
    if (record.expiresAt <= now) continue
    active++
    byKeyId.set(record.keyId, (byKeyId.get(record.keyId) ?? 0) + 1)
  }
  return { total, active, expired: total - active, bytes, byKeyId }
}
