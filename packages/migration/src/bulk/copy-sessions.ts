import type { SessionStore, StoredSession } from '@keyturn/session-stores'
import { StoreCannotScanError } from '../errors.ts'
import { TOMBSTONE_KEY_ID } from '../live/tombstones.ts'
import type { BulkReport } from '../report.ts'
import { type BulkOptions, resolveBulkOptions } from './bulk-options.ts'
import { runBulk } from './engine.ts'
import { createSessionTask, isStoreOutage, type SessionOutcome } from './session-task.ts'

export interface CopySessionsOptions extends BulkOptions {
  /** A store with `supports.scan`. */
  readonly from: SessionStore
  readonly to: SessionStore
  /** Reads and reports what a run would do; writes nothing. Default `false`. */
  readonly dryRun?: boolean
}

/**
 * Copies every live session that the other store does not have: sealed as it is, with version, owner, creation and
 * expiry. A session that ended while it was copied is ended in the copy too, if both stores run behind
 * `createMigratingStore` meanwhile.
 *
 * `changed` were copied, `current` were there already, `gone` ended meanwhile. Ended by force, run it again.
 *
 * @throws {TypeError} Names every option that is wrong.
 * @throws {StoreCannotScanError} KEYTURN_MIGRATION_STORE_CANNOT_SCAN
 */
export async function copySessions(options: CopySessionsOptions): Promise<BulkReport> {
  const { from, to, dryRun = false } = options
  const bulk = resolveBulkOptions('copySessions', options)
  const signal = bulk.signal
  const scan = from.scan?.({ batchSize: bulk.pageSize, ...(signal === undefined ? {} : { signal }) })
  if (scan === undefined) throw new StoreCannotScanError(from.name)

  async function copy({ key, record }: StoredSession): Promise<SessionOutcome> {
    const { keyId } = record
    if (keyId === TOMBSTONE_KEY_ID) return { outcome: 'gone' }
    if (dryRun) return { outcome: (await to.get(key)) === undefined ? 'changed' : 'current', keyId }
    if ((await to.put(key, record, 'absent')) === 'conflict') return { outcome: 'current', keyId }
    if ((await from.get(key)) !== undefined) return { outcome: 'changed', keyId }
    await to.destroy(key)
    return { outcome: 'gone', keyId }
  }

  const task = createSessionTask({
    name: `copySessions ${from.name} to ${to.name}`,
    total: (await from.statistics?.())?.active,
    sessions: scan,
    handle: copy,
    showKey: ({ key }) => key.toString('hex'),
    isTransient: isStoreOutage,
    maxListed: bulk.maxListed,
  })
  return { ...(await runBulk(task, bulk)), dryRun }
}
