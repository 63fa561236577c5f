import { createGuardedStore } from '../guarded-store.ts'
import type { SessionStore, StoreCapabilities, StoreKey } from '../store.ts'
import { createPostgresBatches } from './postgres-batches.ts'
import { type PostgresStoreOptions, resolvePostgresStoreOptions } from './postgres-options.ts'
import { newestOfEach } from '../record-order.ts'
import { toColumns, toKeyArray, toRow } from './postgres-parameters.ts'
import { openPostgresFeed } from './postgres-feed.ts'
import { toStatistics, toStoredSession } from './postgres-rows.ts'
import { createPostgresTable } from './postgres-table.ts'

const SUPPORTS: StoreCapabilities = Object.freeze({
  scan: true,
  owners: true,
  prune: true,
  statistics: true,
  durable: true,
  shared: true,
})
const NO_KEY: StoreKey = Buffer.alloc(0)
const POSITION = 'postgres:'

/**
 * Keeps sessions in a table of PostgreSQL 14 or newer, which it makes when it is first used. The clock of the
 * database decides what has expired.
 *
 * Needs the package `postgres`.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createPostgresStore(options: PostgresStoreOptions): SessionStore {
  const resolved = resolvePostgresStoreOptions(options)
  const { timeoutMs, maintenanceTimeoutMs } = resolved
  const table = createPostgresTable(resolved)
  const batches = createPostgresBatches(table)
  const { statements, request } = table
  return createGuardedStore({
    name: 'postgres',
    supports: SUPPORTS,
    get: batches.get,
    async put(key, record, expected) {
      if (expected === 'absent') return batches.insert({ key, record })
      if (expected !== 'any') return batches.replace({ key, record, expected })
      await request(statements.upsert, toRow({ key, record }), timeoutMs)
      return 'stored'
    },
    async putNewer(sessions) {
      const { count } = await request(statements.putNewer, toColumns(newestOfEach(sessions)), maintenanceTimeoutMs)
      return count ?? 0
    },
    async findLive(keys) {
      const rows = await request(statements.findLive, [toKeyArray(keys)], maintenanceTimeoutMs)
      return rows.map((row) => row['key'] as StoreKey)
    },
    async touch(key, expiresAt) {
      const { count } = await request(statements.touch, [key, expiresAt], timeoutMs)
      return count === 1
    },
    async destroy(key) {
      await request(statements.destroy, [key], timeoutMs)
    },
    async *scan({ batchSize = 1000, signal, after: position } = {}) {
      let after = position === undefined ? NO_KEY : toKey(position)
      for (;;) {
        signal?.throwIfAborted()
        const page = (await request(statements.page, [after, batchSize], maintenanceTimeoutMs)).map(toStoredSession)
        for (const session of page) {
          signal?.throwIfAborted()
          yield { ...session, position: POSITION + session.key.toString('hex') }
        }
        const last = page.at(-1)
        if (last === undefined || page.length < batchSize) return
        after = last.key
      }
    },
    async listByOwner(ownerTag) {
      const rows = await request(statements.listByOwner, [ownerTag], timeoutMs)
      return rows.map(toStoredSession)
    },
    async destroyByOwner(ownerTag, { except } = {}) {
      const rows = await request(statements.destroyByOwner, [ownerTag, except ?? NO_KEY], timeoutMs)
      return Number(rows[0]?.['ended'])
    },
    async prune({ batchSize = 1000, signal } = {}) {
      let removed = 0
      while (!signal?.aborted) {
        const rows = await request(statements.prune, [batchSize], maintenanceTimeoutMs)
        const step = Number(rows[0]?.['removed'])
        removed += step
        if (step < batchSize) break
      }
      return removed
    },
    async statistics() {
      return toStatistics(await request(statements.statistics, [], maintenanceTimeoutMs))
    },
    watch: (listener) => openPostgresFeed(resolved, table, listener),
    async ping() {
      await request('select 1', [], timeoutMs)
    },
    close() {
      batches.flush()
      return table.close()
    },
  })
}

/** Sessions are given in the order of their keys. */
function toKey(position: string): StoreKey {
  if (/^postgres:[0-9a-f]{64}$/.test(position)) return Buffer.from(position.slice(POSITION.length), 'hex')
  throw new TypeError('after must be a position that a scan of a PostgreSQL store gave.')
}
