import { LRUCache } from 'lru-cache'
import type { SessionRecord, StoreKey } from '../store.ts'
import { createOwnerSets } from '../memory/owner-sets.ts'
import { copyOf, ENTRY_BYTES } from '../record-copy.ts'
import type { ResolvedNearCacheOptions } from './near-cache-options.ts'

/** A read of the store under way. Once something was told of its key, what it brings may be old. */
export interface Reading {
  readonly name: string
  readonly beganAt: number
  underWay: number
  stale: boolean
}

/** Records that were read, bounded by count, bytes and age; never one that was told of while it was being read. */
export interface RecordCache {
  find(name: string): SessionRecord | undefined
  /** Before the store is asked. */
  begin(name: string): Reading
  /** After the store answered; `undefined` for an absence, which is not kept, and for a failure. */
  finish(reading: Reading, key: StoreKey, record: SessionRecord | undefined): void
  forget(name: string): void
  forgetOwner(ownerTag: Buffer): void
  clear(): void
  readonly entries: number
  readonly bytes: number
}

interface Entry {
  readonly record: SessionRecord
  readonly beganAt: number
}

type RecordCacheOptions = Pick<ResolvedNearCacheOptions, 'maxEntries' | 'maxBytes' | 'maxAgeMs' | 'clock' | 'monotonicMs'>

export function createRecordCache({ maxEntries, maxBytes, maxAgeMs, clock, monotonicMs }: RecordCacheOptions): RecordCache {
  const owners = createOwnerSets()
  const readings = new Map<string, Reading>()
  const entries = new LRUCache<string, Entry>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: ({ record }) => ENTRY_BYTES + record.sealed.length,
    dispose: ({ record }, name) => owners.remove(record.ownerTag, name),
  })

  function forget(name: string): void {
    entries.delete(name)
    const reading = readings.get(name)
    if (reading === undefined) return
    reading.stale = true
    readings.delete(name)
  }

  return {
    find(name) {
      const found = entries.get(name)
      if (found === undefined) return undefined
      if (found.record.expiresAt > clock.now() && monotonicMs() - found.beganAt < maxAgeMs) return found.record
      entries.delete(name)
      return undefined
    },
    begin(name) {
      const now = monotonicMs()
      const reading = readings.get(name) ?? { name, beganAt: now, underWay: 0, stale: false }
      reading.underWay++
      readings.set(name, reading)
      return reading
    },
    finish(reading, key, record) {
      const { name, beganAt, stale } = reading
      reading.underWay--
      if (reading.underWay === 0 && readings.get(name) === reading) readings.delete(name)
      if (stale || record === undefined || record.expiresAt <= clock.now()) return
      const kept = copyOf(key, record).record
      entries.set(name, { record: kept, beganAt })
      if (entries.has(name)) owners.add(kept.ownerTag, name)
    },
    forget,
    forgetOwner(ownerTag) {
      for (const name of owners.names(ownerTag)) forget(name)
      // Of whom a record is that is being read, is not known.
      for (const name of readings.keys()) forget(name)
    },
    clear() {
      entries.clear()
      for (const name of readings.keys()) forget(name)
    },
    get entries() {
      return entries.size
    },
    get bytes() {
      return entries.calculatedSize
    },
  }
}
