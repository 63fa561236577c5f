import { createGuardedStore } from '../guarded-store.ts'
import type { SessionStore, StoreCapabilities } from '../store.ts'
import { type MemoryStoreOptions, type ResolvedMemoryStoreOptions, resolveMemoryStoreOptions } from './memory-options.ts'
import { createRecordTable } from './record-table.ts'
import { createTableStore } from './table-store.ts'

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
  return createGuardedStore(createTableStore({ name: 'memory', supports: SUPPORTS, table, maxBytes: resolved.maxBytes }))
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
