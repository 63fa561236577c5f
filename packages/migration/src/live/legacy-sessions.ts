import type { LoadedSession, SealedSessions, SessionChange, SessionData } from '@keyturn/session-stores'
import type { LegacySession, LegacyStore } from '../legacy/legacy-store.ts'
import { carrySession, fingerprintOf, traceMoved, traceOf, traceRead, traceWritten } from './carried-session.ts'
import type { LegacyPhase } from './legacy-phase.ts'

export interface LegacySessionsOptions {
  readonly sessions: SealedSessions
  readonly legacy: LegacyStore
  readonly phase: () => LegacyPhase
  readonly userIdOf: (data: Readonly<SessionData>) => string | undefined
  readonly onCarried?: ((session: LoadedSession) => void) | undefined
}

const SAME_EXPIRY_MS = 1000
const ATTEMPTS = 8

const plainOf = new WeakMap<SealedSessions, SealedSessions>()

/** The sessions that were wrapped; those that were not are their own. */
export function unwrapSessions(sessions: SealedSessions): SealedSessions {
  return plainOf.get(sessions) ?? sessions
}

/** Sealed sessions that begin as, and in phase `reversible` remain, sessions of another library. */
export function createLegacySessions({ sessions, legacy, phase, userIdOf, onCarried }: LegacySessionsOptions): SealedSessions {
  async function carry(session: LegacySession): Promise<LoadedSession | undefined> {
    const carried = await carrySession(session, { sessions, legacy, move: phase() !== 'reversible', userIdOf })
    if (carried === 'ended') return undefined
    if (carried === 'there') return sessions.load(session.id)
    onCarried?.(carried)
    return carried
  }

  async function loadForward(id: string): Promise<LoadedSession | undefined> {
    const loaded = await sessions.load(id)
    if (loaded !== undefined) return traceOf(loaded.meta).legacyWritten === undefined ? loaded : leave(loaded)
    const old = await legacy.read(id)
    return old === undefined ? undefined : carry(old)
  }

  /** For the last time what the old application did counts; then the session is here alone. */
  async function leave(loaded: LoadedSession): Promise<LoadedSession | undefined> {
    const { id, meta } = loaded
    const old = await legacy.read(id)
    if (old === undefined) {
      const now = await sessions.load(id)
      // Another request may have been the last.
      if (now === undefined || traceOf(now.meta).legacyWritten === undefined) return now
      await sessions.destroy(id)
      return undefined
    }
    const known = traceOf(meta).legacyWritten?.includes(fingerprintOf(old.data)) === true
    const data = known ? loaded.data : { ...old.data }
    const expiresAt = Math.max(old.expiresAt, loaded.expiresAt)
    const replaced = await replaceExactly(loaded, { data, meta: traceMoved(meta, id), expiresAt })
    if (replaced === 'conflict') return loadForward(id)
    await legacy.destroy(id)
    return replaced
  }

  /** The old application may run beside this one: what it ended is ended, what it changed is taken over. */
  async function loadReversible(id: string): Promise<LoadedSession | undefined> {
    const [loaded, old] = await Promise.all([sessions.load(id), legacy.read(id)])
    if (loaded === undefined) return old === undefined ? undefined : carry(old)
    const { legacyWritten } = traceOf(loaded.meta)
    if (old === undefined) {
      if (legacyWritten === undefined) return writeFirst(loaded)
      await sessions.destroy(id)
      return undefined
    }
    // It has left the old store, and something is there all the same: what was left behind counts only where it was used since.
    if (legacyWritten === undefined && old.expiresAt <= loaded.expiresAt + SAME_EXPIRY_MS) return writeFirst(loaded)
    const known = legacyWritten?.includes(fingerprintOf(old.data)) === true
    return known ? follow(loaded, old) : takeOver(loaded, old)
  }

  /** A session that was made while nothing was written to the old store. */
  async function writeFirst(loaded: LoadedSession): Promise<LoadedSession | undefined> {
    const { id, data, expiresAt } = loaded
    await legacy.write(toLegacy(loaded), 'create')
    const saved = await sessions.save(loaded, { data, meta: traceWritten(loaded.meta, id, data), expiresAt })
    if (saved.outcome === 'gone') await legacy.destroy(id)
    return saved.outcome === 'stored' ? saved.session : undefined
  }

  async function follow(loaded: LoadedSession, old: LegacySession): Promise<LoadedSession> {
    if (old.expiresAt <= loaded.expiresAt + SAME_EXPIRY_MS) return loaded
    await sessions.touch(loaded.id, old.expiresAt)
    return { ...loaded, expiresAt: old.expiresAt }
  }

  async function takeOver(loaded: LoadedSession, old: LegacySession): Promise<LoadedSession | undefined> {
    const change = { data: { ...old.data }, meta: traceRead(loaded.meta, old), expiresAt: Math.max(old.expiresAt, loaded.expiresAt) }
    const replaced = await replaceExactly(loaded, change)
    return replaced === 'conflict' ? loadReversible(loaded.id) : replaced
  }

  /**
   * Only over the very version that was read: `save` would merge what the old application wrote onto what a request
   * of ours has written since, and undo it.
   */
  async function replaceExactly(
    loaded: LoadedSession,
    { data, meta, expiresAt }: Required<Omit<SessionChange, 'json'>>,
  ): Promise<LoadedSession | 'conflict' | undefined> {
    const changed = { ...loaded, dataText: JSON.stringify(data), metaText: JSON.stringify(meta), expiresAt }
    const written = await sessions.rewrap(changed)
    if (written.outcome === 'conflict') return 'conflict'
    return written.outcome === 'stored' ? written.session : undefined
  }

  /** Writes what stands in the new store now, until nothing newer stands there. */
  async function writeThrough(id: string): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const session = await sessions.load(id)
      if (session === undefined) return void (await legacy.destroy(id))
      await legacy.write(toLegacy(session), 'update')
      const after = await sessions.load(id)
      if (after?.version === session.version) return
    }
  }

  async function endThere(owned: readonly { meta: LoadedSession['meta'] }[]): Promise<void> {
    const ids = owned.flatMap(({ meta }) => traceOf(meta).legacyId ?? [])
    await Promise.all(ids.map((id) => legacy.destroy(id)))
  }

  const load = (id: string): Promise<LoadedSession | undefined> => {
    if (phase() === 'done') return sessions.load(id)
    return phase() === 'forward' ? loadForward(id) : loadReversible(id)
  }

  const wrapped: SealedSessions = {
    ...sessions,
    load,
    async create(id, session) {
      if (phase() !== 'reversible') return sessions.create(id, session)
      // There first: what is only here counts as ended there.
      await legacy.write({ id, data: session.data, expiresAt: session.expiresAt }, 'create')
      return sessions.create(id, { ...session, meta: traceWritten(session.meta ?? {}, id, session.data) })
    },
    async save(loaded, change) {
      if (phase() !== 'reversible') return sessions.save(loaded, change)
      const meta = traceWritten(change.meta ?? loaded.meta, loaded.id, change.data)
      const saved = await sessions.save(loaded, { ...change, meta })
      if (saved.outcome === 'stored') await writeThrough(loaded.id)
      return saved
    },
    async update(id, change) {
      if ((await load(id)) === undefined) return undefined
      const updated = await sessions.update(id, change)
      if (updated === undefined || phase() !== 'reversible') return updated
      const saved = await sessions.save(updated, { ...updated, meta: traceWritten(updated.meta, id, updated.data) })
      await writeThrough(id)
      return saved.outcome === 'stored' ? saved.session : undefined
    },
    async touch(id, expiresAt) {
      const live = await sessions.touch(id, expiresAt)
      if (live && phase() === 'reversible') await writeThrough(id)
      return live
    },
    async rewrap(loaded) {
      const rewrapped = await sessions.rewrap(loaded)
      if (rewrapped.outcome === 'stored' && phase() === 'reversible') await writeThrough(loaded.id)
      return rewrapped
    },
    async destroy(id) {
      // There first: who carries it over meanwhile looks there afterwards.
      if (phase() !== 'done') await legacy.destroy(id)
      await sessions.destroy(id)
    },
    async destroyByOwner(userId, options) {
      if (phase() !== 'done') {
        const kept = options?.except === undefined ? undefined : (await sessions.load(options.except))?.key
        const owned = await sessions.listByOwner(userId)
        await endThere(owned.filter(({ key }) => kept === undefined || !key.equals(kept)))
      }
      return sessions.destroyByOwner(userId, options)
    },
    async destroyOwned(userId, key) {
      if (phase() !== 'done') await endThere((await sessions.listByOwner(userId)).filter((owned) => owned.key.equals(key)))
      return sessions.destroyOwned(userId, key)
    },
  }
  plainOf.set(wrapped, sessions)
  return wrapped
}

function toLegacy({ id, data, meta, expiresAt }: LoadedSession): LegacySession {
  const { legacyCookie: cookie } = traceOf(meta)
  return cookie === undefined ? { id, data, expiresAt } : { id, data, expiresAt, cookie }
}
