import { randomBytes } from 'node:crypto'
import type { Clock } from '@keyturn/token-crypto'
import { StoreUnavailableError } from '../errors.ts'
import { putNewer } from '../record-order.ts'
import type { PutExpectation, PutOutcome, SessionRecord, SessionStore, StoreKey } from '../store.ts'
import { encodeLedgerRecord, isGrave, reservedName } from './chain-record.ts'

/** Waits for a link no longer than `limitMs`, by the chain's own clock. */
export function limitWait<T>(work: Promise<T>, limitMs: number, link: string, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.setTimer(() => reject(new StoreUnavailableError(link, 'TIMEOUT')), limitMs)
    work.then(resolve, reject).finally(cancel)
  })
}

export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(resolve, ms))
}

/** The code that tells why a link failed. */
export function reasonOf(error: unknown): string {
  const { reason, code } = error as { reason?: unknown; code?: unknown }
  if (typeof reason === 'string') return reason
  return typeof code === 'string' ? code : 'UNKNOWN'
}

/** Disk full, of PostgreSQL. */
const NO_ROOM = new Set(['53100'])

/**
 * Whether a link refused a write for want of room. It may still take one that fits into what it has, such as a probe, so
 * that nothing is learnt from asking it.
 */
export function hasNoRoom(error: unknown): boolean {
  return NO_ROOM.has(reasonOf(error))
}

/** `put`, where a grave is as good as nothing to who expects a version, and gives way to a session created later. */
export async function putOver(
  store: SessionStore,
  key: StoreKey,
  record: SessionRecord,
  expected: PutExpectation,
): Promise<PutOutcome> {
  const outcome = await store.put(key, record, expected)
  if (outcome !== 'conflict') return outcome
  const there = await store.get(key)
  if (there === undefined || !isGrave(there)) return 'conflict'
  if (expected !== 'absent') return 'gone'
  return (await putNewer(store, [{ key, record }])) === 1 ? 'stored' : 'conflict'
}

/** Whether this very write is there: sealed bytes are never the same twice. */
export async function isWritten(store: SessionStore, key: StoreKey, record: SessionRecord): Promise<boolean> {
  const there = await store.get(key)
  return there?.version === record.version && there.sealed.equals(record.sealed)
}

const PROBE_MS = 60_000

/** Writes and reads back: a full server, or a replica, answers a ping and takes no write. */
export async function probe(store: SessionStore, instance: string, clock: Clock): Promise<void> {
  const now = clock.now()
  const content = { probe: randomBytes(8).toString('hex') }
  const record = encodeLedgerRecord({ content, version: 1, ownerTag: undefined, now, expiresAt: now + PROBE_MS })
  const key = reservedName('probe', instance)
  await store.put(key, record, 'any')
  const read = await store.get(key)
  if (read === undefined || !read.sealed.equals(record.sealed)) throw new StoreUnavailableError(store.name, 'UNREAD')
}
