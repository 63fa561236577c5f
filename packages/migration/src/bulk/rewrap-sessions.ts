import { createSealedSessions, type OwnedSession, type SessionStore, type StoredSession } from '@keyturn/session-stores'
import { inspectSealed, type KeyId, type LiveKeyring } from '@keyturn/token-crypto'
import { StoreCannotScanError } from '../errors.ts'
import { TOMBSTONE_KEY_ID } from '../live/tombstones.ts'
import type { SessionReport } from '../report.ts'
import { type ResumableRunOptions, resolveBulkOptions } from './bulk-options.ts'
import { createCheckpointFile } from './checkpoint-file.ts'
import { countSessions, generationOf, scanFrom } from './copy-sessions.ts'
import { runBulk } from './engine.ts'
import { createSessionTask, eachOnItsOwn, isStoreOutage, type SessionOutcome } from './session-task.ts'
import { verified } from './verified.ts'

export interface RewrapSessionsOptions extends ResumableRunOptions {
  /** A store with `supports.scan`. */
  readonly store: SessionStore
  readonly keyring: LiveKeyring
}

/**
 * Seals every live session under the primary key and tags its owner under it, for users who do not come by themselves
 * before the old key is retired. Expiry and data stay; a session that changes meanwhile is sealed by whoever changed it.
 *
 * @throws {TypeError} Names every option that is wrong.
 * @throws {StoreCannotScanError} KEYTURN_MIGRATION_STORE_CANNOT_SCAN
 * @throws {CheckpointError} KEYTURN_MIGRATION_CHECKPOINT
 */
export async function rewrapSessions(options: RewrapSessionsOptions): Promise<SessionReport> {
  const { store, keyring, dryRun = false, checkpointFile } = options
  const bulk = resolveBulkOptions('rewrapSessions', options)
  if (store.scan === undefined) throw new StoreCannotScanError(store.name)
  const sessions = createSealedSessions({ store, keyring, rememberBytes: 0 })

  async function rewrap(stored: StoredSession): Promise<SessionOutcome> {
    const { keyId } = stored.record
    if (keyId === TOMBSTONE_KEY_ID) return { outcome: 'gone' }
    const opened = await openStored(stored, store, keyring)
    if (opened === undefined) return { outcome: reasonOf(stored, keyring), keyId }
    if (!opened.stale) return { outcome: 'current', keyId }
    if (dryRun) return { outcome: 'changed', keyId }
    // Only who holds the cookie knows the id; nothing of what is written depends on it.
    const { outcome } = await sessions.rewrap({ ...opened, id: '' })
    if (outcome === 'gone') return { outcome: 'gone', keyId }
    return { outcome: outcome === 'stored' ? 'changed' : 'current', keyId }
  }

  const name = `rewrapSessions ${store.name}`
  const job = `${name} ${keyring.current.primary('session').id} ${await generationOf(store)}`
  const task = await createSessionTask({
    name,
    dryRun,
    total: await countSessions(store),
    scan: (after) => scanFrom(store, { pageSize: bulk.pageSize, after }),
    bytesOf: ({ record }) => record.sealed.length,
    handle: eachOnItsOwn(rewrap),
    showKey: ({ key }) => key.toString('hex'),
    isTransient: isStoreOutage,
    maxListed: bulk.maxListed,
    checkpoint: dryRun || checkpointFile === undefined ? undefined : createCheckpointFile(checkpointFile, job),
  })
  const report = await runBulk(task, bulk)
  return verified(report, options, () => rewrapSessions({ ...options, dryRun: true, verify: false }))
}

/** Opens a record without its session id: through a view of the store in which it is somebody's only session. */
async function openStored(stored: StoredSession, store: SessionStore, keyring: LiveKeyring): Promise<OwnedSession | undefined> {
  const view: SessionStore = { ...store, listByOwner: async () => [stored] }
  const [opened] = await createSealedSessions({ store: view, keyring }).listByOwner('any')
  return opened
}

function reasonOf({ record }: StoredSession, keyring: LiveKeyring): 'unknown-key' | 'corrupt' | 'not-ours' {
  const keyId: KeyId | undefined = inspectSealed(record.sealed)?.keyId
  if (keyId === undefined) return 'not-ours'
  return keyring.current.find('session', keyId) === undefined ? 'unknown-key' : 'corrupt'
}
