import type { SessionRecord, SessionStore, StoredSession } from './store.ts'

/** Whether `candidate` replaces what is there: by a later creation, a higher version, or the same write prolonged. */
export function isNewer(candidate: SessionRecord, there: SessionRecord): boolean {
  if (candidate.createdAt !== there.createdAt) return candidate.createdAt > there.createdAt
  if (candidate.version !== there.version) return candidate.version > there.version
  return candidate.expiresAt > there.expiresAt && candidate.sealed.equals(there.sealed)
}

/** One of each key, the newest: an engine may refuse to write one row twice in one statement. */
export function newestOfEach(sessions: readonly StoredSession[]): StoredSession[] {
  const byKey = new Map<string, StoredSession>()
  for (const session of sessions) {
    const name = session.key.toString('latin1')
    const other = byKey.get(name)
    if (other === undefined || isNewer(session.record, other.record)) byKey.set(name, session)
  }
  return [...byKey.values()]
}

/** Through the store's own `putNewer`, or one by one where it has none. @returns How many were stored. */
export async function putNewer(store: SessionStore, sessions: readonly StoredSession[]): Promise<number> {
  if (sessions.length === 0) return 0
  if (store.putNewer !== undefined) return store.putNewer(sessions)
  let stored = 0
  for (const { key, record } of newestOfEach(sessions)) if (await putOneNewer(store, key, record)) stored++
  return stored
}

async function putOneNewer(store: SessionStore, key: Buffer, record: SessionRecord): Promise<boolean> {
  for (;;) {
    const there = await store.get(key)
    if (there !== undefined && !isNewer(record, there)) return false
    // Whoever came between is looked at again.
    if ((await store.put(key, record, there?.version ?? 'absent')) === 'stored') return true
  }
}
