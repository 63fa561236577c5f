import type { KeyId } from '@keyturn/token-crypto'
import type { SessionRecord, StoredSession, StoreStatistics } from '../store.ts'
import type { Row, Rows } from './postgres-driver.ts'

export function toRecord(row: Row): SessionRecord {
  return {
    sealed: row['sealed'] as Buffer,
    keyId: (row['kid'] as Buffer).toString('hex'),
    version: row['version'] as number,
    ownerTag: (row['tag'] as Buffer | null) ?? undefined,
    createdAt: row['created'] as number,
    expiresAt: row['expires'] as number,
  }
}

export function toStoredSession(row: Row): StoredSession {
  return { key: row['key'] as Buffer, record: toRecord(row) }
}

export function toStatistics(rows: Rows): StoreStatistics {
  const byKeyId = new Map<KeyId, number>()
  let [total, active, bytes] = [0, 0, 0]
  for (const row of rows) {
    const sessions = row['sessions'] as number
    total += sessions
    bytes += row['bytes'] as number
    if (row['live'] !== true) continue
    active += sessions
    byKeyId.set(row['kid'] as string, sessions)
  }
  return { total, active, expired: total - active, bytes, byKeyId }
}
