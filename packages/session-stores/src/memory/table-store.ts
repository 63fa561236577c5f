import { SessionTooLargeError } from '../errors.ts'
import type { SessionRecord, SessionStore, StoreCapabilities } from '../store.ts'
import type { RecordTable } from './record-table.ts'

export interface TableStoreOptions {
  readonly name: string
  readonly supports: StoreCapabilities
  readonly table: RecordTable
  readonly maxBytes: number
}

/** Nobody else writes to it, and its content is never less than what was acknowledged: there is nothing to tell of. */
export type TableStore = Required<Omit<SessionStore, 'generation' | 'onDisconnect' | 'watch' | 'estimate' | 'reindex'>>

/** A store over a table in memory, without checks of its arguments. */
export function createTableStore({ name, supports, table, maxBytes }: TableStoreOptions): TableStore {
  function rejectTooLarge({ sealed }: SessionRecord): void {
    if (sealed.length > maxBytes / 2) throw new SessionTooLargeError(sealed.length, maxBytes / 2)
  }

  return {
    name,
    supports,
    get: async (key) => table.get(key),
    async put(key, record, expected) {
      rejectTooLarge(record)
      return table.put(key, record, expected)
    },
    async putNewer(sessions) {
      for (const { record } of sessions) rejectTooLarge(record)
      return sessions.filter(({ key, record }) => table.putNewer(key, record)).length
    },
    findLive: async (keys) => keys.filter((key) => table.get(key) !== undefined),
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
