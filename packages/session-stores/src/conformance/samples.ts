import { randomBytes } from 'node:crypto'
import type { SessionRecord, SessionStore, StoreKey, StoredSession } from '../store.ts'
import type { ConformanceClock } from './harness.ts'

/** A life that a slow machine still sees from its beginning. */
export const SOON_MS = 1000
export const HOUR_MS = 3_600_000

export function sampleKey(): StoreKey {
  return randomBytes(32)
}

export function sampleRecord(clock: ConformanceClock, fields: Partial<SessionRecord> = {}): SessionRecord {
  const now = clock.now()
  return {
    sealed: randomBytes(180),
    keyId: randomBytes(8).toString('hex'),
    version: 1,
    ownerTag: undefined,
    createdAt: now,
    expiresAt: now + HOUR_MS,
    ...fields,
  }
}


/** Stores a new record and hands back what was stored. */
export async function putSample(
  store: SessionStore,
  clock: ConformanceClock,
  fields: Partial<SessionRecord> = {},
): Promise<StoredSession> {
  const key = sampleKey()
  const record = sampleRecord(clock, fields)
  await store.put(key, record, 'absent')
  return { key, record }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export function repeat<T>(times: number, make: (index: number) => T): T[] {
  return Array.from({ length: times }, (_, index) => make(index))
}

/** For comparing sets of sessions: keys as hex, sorted. */
export function keysOf(sessions: readonly StoredSession[]): string[] {
  return sessions.map(({ key }) => key.toString('hex')).sort()
}
