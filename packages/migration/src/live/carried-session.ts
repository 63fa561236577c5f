import { hash } from 'node:crypto'
import { type LoadedSession, type SealedSessions, SessionExistsError, type SessionData, type SessionMeta } from '@keyturn/session-stores'
import type { LegacySession, LegacyStore } from '../legacy/legacy-store.ts'

/**
 * What a session remembers of the old store, sealed with it: its id there, so that ending it by its owner ends it
 * there too, and the data last written there, so that what the old application changed is told from what we wrote.
 */
interface LegacyTrace {
  readonly legacyId?: string
  readonly legacyCookie?: LegacySession['cookie']
  readonly legacyWritten?: readonly string[]
}

const REMEMBERED_WRITES = 4

export function traceOf(meta: SessionMeta): LegacyTrace {
  return meta as SessionMeta & LegacyTrace
}

export function fingerprintOf(data: Readonly<SessionData>): string {
  return hash('sha256', JSON.stringify(data), 'buffer').toString('base64url', 0, 16)
}

/** Metadata of a session that was just read from the old store: only what stands there now is known. */
export function traceRead(meta: SessionMeta, { id, cookie, data }: LegacySession): SessionMeta {
  const kept = cookie === undefined ? {} : { legacyCookie: cookie }
  return { ...meta, ...kept, legacyId: id, legacyWritten: [fingerprintOf(data)] }
}

/** Metadata of a session that is about to be written there too. Writes may arrive in another order: a few are known. */
export function traceWritten(meta: SessionMeta, id: string, data: Readonly<SessionData>): SessionMeta {
  const before = traceOf(meta).legacyWritten ?? []
  return { ...meta, legacyId: id, legacyWritten: [...before, fingerprintOf(data)].slice(-REMEMBERED_WRITES) }
}


/** Metadata of a session that leaves the old store: should it be left behind there, ending it by its owner finds it. */
export function traceMoved(meta: SessionMeta, id: string): SessionMeta {
  const { legacyWritten: _, ...kept } = meta as SessionMeta & { legacyWritten?: never }
  return { ...kept, legacyId: id }
}

export interface CarryOptions {
  readonly sessions: SealedSessions
  /** `undefined` where the source cannot be written, such as a file. */
  readonly legacy: LegacyStore | undefined
  /** The session leaves the old store. */
  readonly move: boolean
  readonly userIdOf: (data: Readonly<SessionData>) => string | undefined
}

/**
 * Seals a session of the old store into the new one.
 *
 * @returns `'there'` when the new store has it already; `'ended'` when it ended meanwhile.
 */
export async function carrySession(session: LegacySession, options: CarryOptions): Promise<LoadedSession | 'there' | 'ended'> {
  const { sessions, legacy, move, userIdOf } = options
  const { id, expiresAt } = session
  const data = { ...session.data }
  const userId = userIdOf(data)
  const owner: SessionMeta = userId === undefined ? {} : { userId }
  const meta = legacy === undefined ? owner : move ? traceMoved(owner, id) : traceRead(owner, session)
  let created: LoadedSession
  try {
    created = await sessions.create(id, { data, meta, expiresAt })
  } catch (error) {
    if (error instanceof SessionExistsError) return 'there'
    throw error
  }
  if (legacy === undefined || !move) return created
  // Whoever removes it from the old store has moved it; when it is gone, it has ended there.
  if (await legacy.destroy(id)) return created
  await sessions.destroy(id)
  return 'ended'
}
