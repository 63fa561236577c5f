import { StoreUnavailableError } from '../errors.ts'
import type { SessionStore, StoredSession, StoreStatistics } from '../store.ts'
import { GRAVE_KEY_ID, isReserved, LEDGER_BYTES, LEDGER_KEY_ID } from './chain-record.ts'

type ScanOptions = Parameters<NonNullable<SessionStore['scan']>>[0]

/** The application's sessions of one link. */
export async function* scanLink(link: SessionStore, options: ScanOptions): AsyncGenerator<StoredSession> {
  for await (const session of link.scan?.(options) ?? []) if (!isReserved(session.record)) yield session
}

/** Graves and the ledger are no sessions. Expired graves count as expired until they are pruned. */
export async function countLink(link: SessionStore): Promise<StoreStatistics> {
  const counted = await link.statistics?.()
  if (counted === undefined) throw new StoreUnavailableError(link.name, 'NO_STATISTICS')
  const byKeyId = new Map(counted.byKeyId)
  const ledger = byKeyId.get(LEDGER_KEY_ID) ?? 0
  const reserved = ledger + (byKeyId.get(GRAVE_KEY_ID) ?? 0)
  byKeyId.delete(LEDGER_KEY_ID)
  byKeyId.delete(GRAVE_KEY_ID)
  return {
    ...counted,
    byKeyId,
    total: counted.total - reserved,
    active: counted.active - reserved,
    bytes: counted.bytes - ledger * LEDGER_BYTES,
  }
}
