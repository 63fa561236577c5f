import {
  createGuardedStore,
  type PutExpectation,
  type SessionRecord,
  type SessionStore,
  type StoreCapabilities,
  type StoredSession,
  type StoreKey,
} from '@keyturn/session-stores'
import { type Clock, systemClock } from '@keyturn/token-crypto'
import { createMirror } from './mirror.ts'
import { createMigrationSwitch, type MigrationSwitch } from './migration-switch.ts'
import { createTombstones, TOMBSTONE_KEY_ID } from './tombstones.ts'

/**
 * - `from`: the old store leads; what it takes is written to the new one too.
 * - `to`: the new store leads and fetches from the old one what it does not have; what it takes is written to the old
 *   one too, so that there is a way back.
 * - `done`: the new store alone.
 */
export type StorePhase = 'from' | 'to' | 'done'

export interface MigratingStoreOptions {
  readonly from: SessionStore
  readonly to: SessionStore
  /** Phase to begin with. Default `from`. */
  readonly phase?: StorePhase
  /**
   * A write that the leading store took did not reach the other one: the way back is behind until the session is
   * written again. The request is not failed.
   */
  readonly onMirrorError?: (error: unknown) => void
  readonly clock?: Clock
}

export interface MigratingStore extends SessionStore {
  /** Changes the phase while running. */
  readonly switch: MigrationSwitch<StorePhase>
}

/**
 * Two stores as one, on the way from the first to the second. Nobody is logged out when the phase changes, in either
 * direction, and a session that ended stays ended in both.
 *
 * Closing it closes both.
 */
export function createMigratingStore(options: MigratingStoreOptions): MigratingStore {
  const { from, to, phase = 'from', onMirrorError: onError, clock = systemClock } = options
  const phaseSwitch = createMigrationSwitch(['from', 'to', 'done'], phase)
  const tombstones = createTombstones(to, clock)
  const toNew = createMirror({ follower: to, tombstones, onError })
  const toOld = createMirror({ follower: from, tombstones, onError })
  const leader = (): SessionStore => (phaseSwitch.phase === 'from' ? from : to)
  const follower = (): SessionStore | undefined =>
    phaseSwitch.phase === 'done' ? undefined : phaseSwitch.phase === 'from' ? to : from
  const mirror = (): typeof toNew | undefined =>
    phaseSwitch.phase === 'done' ? undefined : phaseSwitch.phase === 'from' ? toNew : toOld

  /** Brings a session over that only the old store has. */
  async function fetchOver(key: StoreKey): Promise<SessionRecord | undefined> {
    const record = await from.get(key)
    if (record === undefined || (await tombstones.isBuried(key))) return undefined
    if ((await to.put(key, record, 'absent')) === 'conflict') return to.get(key)
    if (!(await tombstones.isBuried(key))) return record
    await to.destroy(key)
    return undefined
  }

  async function put(key: StoreKey, record: SessionRecord, expected: PutExpectation): ReturnType<SessionStore['put']> {
    const mirroring = mirror()
    let outcome = await leader().put(key, record, expected)
    if (outcome === 'gone' && phaseSwitch.phase === 'to' && (await fetchOver(key)) !== undefined) {
      outcome = await to.put(key, record, expected)
    }
    if (outcome === 'stored') await mirroring?.write(key, record)
    return outcome
  }

  const inner: SessionStore = {
    name: `${from.name}-to-${to.name}`,
    supports: supportsOf(from, to),
    async get(key) {
      const record = await leader().get(key)
      return record === undefined && phaseSwitch.phase === 'to' ? fetchOver(key) : record
    },
    put,
    async touch(key, expiresAt) {
      const mirroring = mirror()
      let live = await leader().touch(key, expiresAt)
      if (!live && phaseSwitch.phase === 'to' && (await fetchOver(key)) !== undefined) live = await to.touch(key, expiresAt)
      if (live) await mirroring?.touch(key, expiresAt)
      return live
    },
    async destroy(key) {
      if (phaseSwitch.phase !== 'done') await tombstones.bury(key)
      await leader().destroy(key)
      await follower()?.destroy(key)
    },
    async *scan({ batchSize, signal } = {}) {
      // Of two stores together there is no position to go on from.
      const given = { ...(batchSize === undefined ? {} : { batchSize }), ...(signal === undefined ? {} : { signal }) }
      const seen = new Set<string>()
      for (const store of [leader(), ...olderThan(phaseSwitch.phase, from)]) {
        for await (const session of store.scan?.(given) ?? []) {
          const name = session.key.toString('latin1')
          if (seen.has(name) || session.record.keyId === TOMBSTONE_KEY_ID) continue
          if (phaseSwitch.phase === 'to') seen.add(name)
          yield { key: session.key, record: session.record }
        }
      }
    },
    async listByOwner(ownerTag) {
      const stores = [leader(), ...olderThan(phaseSwitch.phase, from)]
      const lists = await Promise.all(stores.map(async (store) => store.listByOwner?.(ownerTag)))
      return unique(lists.flatMap((list) => list ?? [])).sort((a, b) => b.record.createdAt - a.record.createdAt)
    },
    async destroyByOwner(ownerTag, { except } = {}) {
      const owned = (await inner.listByOwner?.(ownerTag)) ?? []
      const ended = owned.filter(({ key }) => except === undefined || !key.equals(except))
      if (phaseSwitch.phase !== 'done') await Promise.all(ended.map(({ key }) => tombstones.bury(key)))
      const narrowed = except === undefined ? {} : { except }
      const first = (await leader().destroyByOwner?.(ownerTag, narrowed)) ?? 0
      const second = (await follower()?.destroyByOwner?.(ownerTag, narrowed)) ?? 0
      return Math.max(ended.length, first, second)
    },
    async prune(given) {
      const removed = await leader().prune?.(given)
      await follower()?.prune?.(given)
      return removed ?? 0
    },
    ping: async () => void (await Promise.all([leader().ping(), follower()?.ping()])),
    close: async () => void (await Promise.all([from.close(), to.close()])),
  }
  return Object.freeze({ ...createGuardedStore(inner), switch: phaseSwitch })
}

/** Where sessions may be that the leading store does not have yet. */
function olderThan(phase: StorePhase, from: SessionStore): SessionStore[] {
  return phase === 'to' ? [from] : []
}

function supportsOf(from: SessionStore, to: SessionStore): StoreCapabilities {
  const both = (capability: keyof StoreCapabilities): boolean => from.supports[capability] && to.supports[capability]
  return {
    scan: both('scan'),
    owners: both('owners'),
    prune: both('prune'),
    // Nobody can add up two stores that mostly hold the same sessions.
    statistics: false,
    durable: both('durable'),
    shared: both('shared'),
  }
}

function unique(sessions: readonly StoredSession[]): StoredSession[] {
  const byKey = new Map<string, StoredSession>()
  for (const session of sessions) {
    const name = session.key.toString('latin1')
    const known = byKey.get(name)
    if (known === undefined || known.record.version < session.record.version) byKey.set(name, session)
  }
  return [...byKey.values()]
}
