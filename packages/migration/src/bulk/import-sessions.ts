import { type SealedSessions, type SessionData, toStoreKey } from '@keyturn/session-stores'
import { guardLegacyStore } from '../legacy/guarded-legacy-store.ts'
import type { LegacySession, LegacyStore } from '../legacy/legacy-store.ts'
import { carrySession } from '../live/carried-session.ts'
import { unwrapSessions } from '../live/legacy-sessions.ts'
import type { SessionReport } from '../report.ts'
import { resolveBulkOptions, type SessionRunOptions } from './bulk-options.ts'
import { runBulk } from './engine.ts'
import { createSessionTask, eachOnItsOwn, isStoreOutage, type ScannedSession, type SessionOutcome } from './session-task.ts'
import { verified } from './verified.ts'

export interface ImportSessionsOptions extends SessionRunOptions {
  /** Sessions of another library, or any that you read yourself, such as `readJsonFile` gives. */
  readonly from: LegacyStore | AsyncIterable<LegacySession>
  /** Those that the bridge wrapped, while there is one: what both stores have is then brought together. */
  readonly into: SealedSessions
  /** Each session leaves the old store when it is in the new one. Only for a store. Default `false`. */
  readonly move?: boolean
  /** Whose session it is, from its data; `undefined` for nobody's. */
  readonly userIdOf?: (data: Readonly<SessionData>) => string | undefined
}

/**
 * Seals the sessions of another library into a store of this one, ids and expiry kept: all at once for users who do
 * not come, or out of memory when the process ends.
 *
 * `changed` were imported, `current` were there already and stay as they are, `gone` ended meanwhile.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export async function importSessions(options: ImportSessionsOptions): Promise<SessionReport> {
  const { from, into, move = false, userIdOf = () => undefined, dryRun = false } = options
  const bulk = resolveBulkOptions('importSessions', options)
  const legacy = 'scan' in from ? guardLegacyStore(from) : undefined
  if (move && legacy === undefined) throw new TypeError('importSessions: move needs a legacy store to move sessions out of.')
  if (options.verify === true && legacy === undefined) throw new TypeError('importSessions: verify needs a legacy store, which can be read twice.')
  const sessions = legacy?.scan() ?? (from as AsyncIterable<LegacySession>)
  // Written through the bridge, a session that ends meanwhile would be back in the old store.
  const plain = unwrapSessions(into)

  async function carry(session: LegacySession): Promise<SessionOutcome> {
    if (dryRun) return { outcome: (await plain.load(session.id)) === undefined ? 'changed' : 'current' }
    const carried = await carrySession(session, { sessions: plain, legacy, move, userIdOf })
    if (carried === 'there') return { outcome: (await into.load(session.id)) === undefined ? 'gone' : 'current' }
    return carried === 'ended' ? { outcome: 'gone' } : { outcome: 'changed', keyId: carried.keyId }
  }

  const task = await createSessionTask<LegacySession & ScannedSession>({
    name: `importSessions ${legacy?.name ?? 'sessions'}`,
    dryRun,
    total: undefined,
    scan: () => sessions,
    handle: eachOnItsOwn(carry),
    showKey: ({ id }) => toStoreKey(id).toString('hex'),
    isTransient: isStoreOutage,
    maxListed: bulk.maxListed,
    // A position would be an id: it stays out of files. What is there already is skipped.
    checkpoint: undefined,
  })
  const report = await runBulk(task, bulk)
  return verified(report, options, () => importSessions({ ...options, dryRun: true, verify: false }))
}
