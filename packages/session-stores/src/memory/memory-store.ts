import { SessionTooLargeError } from '../errors.ts'
import { createGuardedStore } from '../guarded-store.ts'
import type { SessionStore, StoreCapabilities } from '../store.ts'
import { type MemoryStoreOptions, type ResolvedMemoryStoreOptions, resolveMemoryStoreOptions } from './memory-options.ts'
import { createRecordTable, type RecordTable } from './record-table.ts'

const SUPPORTS: StoreCapabilities = Object.freeze({
  scan: true,
  owners: true,
  prune: true,
  statistics: true,
  durable: false,
  shared: false,
})

/**
 * Keeps sessions in the memory of this process, for development and emergencies: they end with the process, no other
 * process sees them, and when the store is full the session read longest ago makes room.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): SessionStore {
  const resolved = resolveMemoryStoreOptions(options)
  warnOutsideDevelopment(resolved)
  const table = createRecordTable({ ...resolved, onEvict: createEvictionWarning(resolved) })
  return createGuardedStore(createTableStore('memory', SUPPORTS, table, resolved.maxBytes))
}

function createTableStore(
  name: string,
  supports: StoreCapabilities,
  table: RecordTable,
  maxBytes: number,
): SessionStore {
  return {
    name,
    supports,
    get: async (key) => table.get(key),
    async put(key, record, expected) {
      if (record.sealed.length > maxBytes / 2) throw new SessionTooLargeError(record.sealed.length, maxBytes / 2)
      return table.put(key, record, expected)
    },
    touch: async (key, expiresAt) => table.touch(key, expiresAt),
    destroy: async (key) => table.destroy(key),
    async *scan({ batchSize = 1000, signal } = {}) {
      for (const batch of table.batches(batchSize)) {
        signal?.throwIfAborted()
        yield* batch
      }
    },
    listByOwner: async (ownerTag) => table.listByOwner(ownerTag),
    async destroyByOwner(ownerTag, { except } = {}) {
      const ended = table.listByOwner(ownerTag).filter(({ key }) => except === undefined || !key.equals(except))
      for (const { key } of ended) table.destroy(key)
      return ended.length
    },
    async prune({ batchSize = 1000, signal } = {}) {
      let removed = 0
      while (!signal?.aborted) {
        const step = table.prune(batchSize)
        removed += step
        if (step < batchSize) break
        await nextTurn()
      }
      return removed
    },
    statistics: async () => table.statistics(),
    ping: async () => undefined,
    close: async () => table.clear(),
  }
}

/** Lets requests go on between two steps. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function warnOutsideDevelopment({ environment, warn }: ResolvedMemoryStoreOptions): void {
  if (environment === 'development' || environment === 'test') return
  warn(
    'Sessions are kept in the memory of this process: they end when it ends, and no other process sees them. ' +
      'Use PostgreSQL or Redis.',
    'KEYTURN_MEMORY_STORE',
  )
}

function createEvictionWarning({ warn }: ResolvedMemoryStoreOptions): () => void {
  let warned = false
  return () => {
    if (warned) return
    warned = true
    warn(
      'The memory session store is full: sessions that are still valid make room, and their users are signed out. ' +
        'Raise maxEntries and maxBytes, or use PostgreSQL or Redis.',
      'KEYTURN_MEMORY_STORE_FULL',
    )
  }
}
