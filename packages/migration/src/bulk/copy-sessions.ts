import type { SessionStore, StoredSession, StoreKey } from '@keyturn/session-stores'
import { StoreCannotScanError } from '../errors.ts'
import { TOMBSTONE_KEY_ID } from '../live/tombstones.ts'
import type { SessionReport } from '../report.ts'
import { type ResumableRunOptions, resolveBulkOptions } from './bulk-options.ts'
import { createCheckpointFile } from './checkpoint-file.ts'
import { runBulk } from './engine.ts'
import { createSessionTask, eachOnItsOwn, isStoreOutage, type SessionOutcome } from './session-task.ts'
import { verified } from './verified.ts'

export interface CopySessionsOptions extends ResumableRunOptions {
  /** A store with `supports.scan`. */
  readonly from: SessionStore
  readonly to: SessionStore
}

/** Larger than where the application's own rows are held for the time of a page: sessions that are copied hold up nobody. */
const PAGE_SIZE = 4000

/**
 * Copies every live session that the other store does not have, or has only older: sealed as it is, with version,
 * owner, creation and expiry, a page in few round trips. A session that ended while it was copied is ended in the copy
 * too, if both stores run behind `createMigratingStore` meanwhile.
 *
 * `changed` were copied, `current` were there already, `gone` ended meanwhile.
 *
 * @throws {TypeError} Names every option that is wrong.
 * @throws {StoreCannotScanError} KEYTURN_MIGRATION_STORE_CANNOT_SCAN
 * @throws {CheckpointError} KEYTURN_MIGRATION_CHECKPOINT
 */
export async function copySessions(options: CopySessionsOptions): Promise<SessionReport> {
  const { from, to, dryRun = false, checkpointFile } = options
  const bulk = resolveBulkOptions('copySessions', { ...options, pageSize: options.pageSize ?? PAGE_SIZE })
  if (from.scan === undefined) throw new StoreCannotScanError(from.name)
  const name = `copySessions ${from.name} to ${to.name}`
  const task = await createSessionTask<StoredSession>({
    name,
    dryRun,
    total: await countSessions(from),
    scan: (after) => scanFrom(from, { pageSize: bulk.pageSize, after }),
    bytesOf: ({ record }) => record.sealed.length,
    handle: dryRun ? (page) => compare(page, to) : (page) => copyPage(page, from, to),
    showKey: ({ key }) => key.toString('hex'),
    isTransient: isStoreOutage,
    maxListed: bulk.maxListed,
    checkpoint: dryRun || checkpointFile === undefined ? undefined : createCheckpointFile(checkpointFile, `${name} ${await generationOf(from)}`),
  })
  const report = await runBulk(task, bulk)
  return verified(report, options, () => copySessions({ ...options, dryRun: true, verify: false }))
}

/** For progress: an estimate will do, and nothing is better than counting for as long as the copying takes. */
export async function countSessions(store: SessionStore): Promise<number | undefined> {
  return store.estimate === undefined ? (await store.statistics?.())?.active : store.estimate()
}

/** A store reads as many at once, whatever they weigh. */
const LARGEST_BATCH = 1000

interface ScanFrom {
  readonly pageSize: number
  readonly after: string | undefined
}

/** Without the signal of the run: it ends between pages, and a scan that is aborted rejects. */
export function scanFrom(store: SessionStore, { pageSize, after }: ScanFrom): AsyncIterable<StoredSession> {
  const given = { batchSize: Math.min(pageSize, LARGEST_BATCH), ...(after === undefined ? {} : { after }) }
  return store.scan?.(given) ?? noSessions()
}

async function* noSessions(): AsyncGenerator<StoredSession> {}

/** The order in which a server gives sessions may be another after a restart. */
export async function generationOf(store: SessionStore): Promise<string> {
  return (await store.generation?.()) ?? 'any'
}

async function copyPage(page: readonly StoredSession[], from: SessionStore, to: SessionStore): Promise<readonly SessionOutcome[]> {
  const { putNewer } = to
  if (putNewer === undefined) return eachOnItsOwn((session: StoredSession) => copyOne(session, from, to))(page)
  const sessions = page.filter(isSession)
  const stored = await putNewer(sessions)
  const ended = await findEnded(from, sessions.map(({ key }) => key))
  await eachOnItsOwn((key: StoreKey) => to.destroy(key))(ended)
  const gone = toSet(ended)
  let copied = Math.max(0, stored - ended.length)
  // The store says how many were new, not which: for the counts of the report that is the same.
  return page.map((session) => {
    const { keyId } = session.record
    if (!isSession(session) || (gone.size > 0 && gone.has(session.key.toString('latin1')))) return { outcome: 'gone', keyId }
    return { outcome: copied-- > 0 ? 'changed' : 'current', keyId }
  })
}

/** As a rule none has. */
async function findEnded(store: SessionStore, keys: readonly StoreKey[]): Promise<readonly StoreKey[]> {
  const found = await findLive(store, keys)
  if (found.length === keys.length) return []
  const live = toSet(found)
  return keys.filter((key) => !live.has(key.toString('latin1')))
}

async function copyOne({ key, record }: StoredSession, from: SessionStore, to: SessionStore): Promise<SessionOutcome> {
  const { keyId } = record
  if (keyId === TOMBSTONE_KEY_ID) return { outcome: 'gone' }
  if ((await to.put(key, record, 'absent')) === 'conflict') return { outcome: 'current', keyId }
  if ((await from.get(key)) !== undefined) return { outcome: 'changed', keyId }
  await to.destroy(key)
  return { outcome: 'gone', keyId }
}

async function compare(page: readonly StoredSession[], to: SessionStore): Promise<readonly SessionOutcome[]> {
  const there = toSet(await findLive(to, page.filter(isSession).map(({ key }) => key)))
  return page.map((session) => {
    const { keyId } = session.record
    if (!isSession(session)) return { outcome: 'gone' }
    return { outcome: there.has(session.key.toString('latin1')) ? 'current' : 'changed', keyId }
  })
}

async function findLive(store: SessionStore, keys: readonly StoreKey[]): Promise<readonly StoreKey[]> {
  if (store.findLive !== undefined) return store.findLive(keys)
  const found = await eachOnItsOwn((key: StoreKey) => store.get(key))(keys)
  return keys.filter((_, i) => found[i] !== undefined)
}

function isSession({ record }: StoredSession): boolean {
  return record.keyId !== TOMBSTONE_KEY_ID
}

function toSet(keys: readonly StoreKey[]): Set<string> {
  return new Set(keys.map((key) => key.toString('latin1')))
}
