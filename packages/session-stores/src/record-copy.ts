import type { SessionRecord, StoredSession, StoreKey } from './store.ts'

/** What a record in memory costs beside its sealed bytes: keys, numbers and their objects. Measured at about 500. */
export const ENTRY_BYTES = 500

/** One character a byte: short, and equal for equal keys only. */
export function nameOf(key: StoreKey): string {
  return key.toString('latin1')
}

/** A copy of its own memory: a slice of a pooled buffer would keep the whole pool alive. */
export function copyOf(key: StoreKey, record: SessionRecord): StoredSession {
  const ownerTag = record.ownerTag === undefined ? undefined : copyBytes(record.ownerTag)
  return { key: copyBytes(key), record: Object.freeze({ ...record, ownerTag, sealed: copyBytes(record.sealed) }) }
}

function copyBytes(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}
