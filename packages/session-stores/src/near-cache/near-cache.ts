import { StoreFeedError } from '../errors.ts'
import { createGuardedStore } from '../guarded-store.ts'
import { nameOf } from '../record-copy.ts'
import type { SessionRecord, SessionStore, StoreKey } from '../store.ts'
import { createFeedKeeper } from './feed-keeper.ts'
import { type NearCacheOptions, resolveNearCacheOptions } from './near-cache-options.ts'
import type { NearCacheState, NearCacheStatus } from './near-cache-status.ts'
import { createRecordCache } from './record-cache.ts'
import { createTurnEnd } from './turn-end.ts'

/** A store that answers reads from memory as long as it is told of every change. */
export interface NearCache extends SessionStore {
  cacheStatus(): NearCacheStatus
}

/**
 * Keeps records that were read in the memory of this process, sealed as they came, and answers from there as long as
 * the store proves that it tells of every change; from the moment it does not, every read goes to the store. Absence is
 * never kept, and every write goes to the store, which alone decides conflicts.
 *
 * @param store - Must be able to `watch`, as those of Redis and PostgreSQL. `close` closes it too.
 * @throws {TypeError} Names every option that is wrong.
 * @throws {StoreFeedError} KEYTURN_STORE_FEED: the store cannot watch.
 */
export function createNearCache(store: SessionStore, options: NearCacheOptions = {}): NearCache {
  const settings = resolveNearCacheOptions(options)
  if (typeof store?.get !== 'function') throw new TypeError('createNearCache: store must be a session store.')
  const behind = createGuardedStore(store)
  if (behind.watch === undefined) {
    throw new StoreFeedError(store.name, 'Put the near cache before a Redis or PostgreSQL store of its own, or use none.')
  }
  const cache = createRecordCache(settings)
  const turnEnd = createTurnEnd()
  const counts = { hits: 0, misses: 0, bypasses: 0 }
  const keeper = createFeedKeeper({
    ...settings,
    store: behind,
    changed: (key) => (key === undefined ? cache.clear() : cache.forget(nameOf(key))),
    flush: cache.clear,
    onState: tellStates(settings.onState),
  })

  function read(key: StoreKey): SessionRecord | Promise<SessionRecord | undefined> {
    const proven = keeper.isProven()
    const name = nameOf(key)
    const found = proven ? cache.find(name) : undefined
    if (found !== undefined) {
      counts.hits++
      return found
    }
    counts[proven ? 'misses' : 'bypasses']++
    return keeper.open ? readAndKeep(key, name) : behind.get(key)
  }

  async function readAndKeep(key: StoreKey, name: string): Promise<SessionRecord | undefined> {
    const reading = cache.begin(name)
    let record: SessionRecord | undefined
    try {
      record = await behind.get(key)
      return record
    } finally {
      cache.finish(reading, key, record)
    }
  }

  /** Before, so that nobody reads here what is about to go; after, for reads that began in between. */
  async function change<T>(forget: () => void, write: () => Promise<T>): Promise<T> {
    forget()
    try {
      return await write()
    } finally {
      forget()
    }
  }

  const forgetOne = (key: StoreKey) => (): void => cache.forget(nameOf(key))
  const { putNewer, destroyByOwner } = behind
  const cached = createGuardedStore({
    ...behind,
    async get(key) {
      keeper.start()
      // What the store has told of by the end of the turn counts as well.
      if (keeper.open) await turnEnd()
      return read(key)
    },
    put: (key, record, expected) => change(forgetOne(key), () => behind.put(key, record, expected)),
    touch: (key, expiresAt) => change(forgetOne(key), () => behind.touch(key, expiresAt)),
    destroy: (key) => change(forgetOne(key), () => behind.destroy(key)),
    ...(putNewer === undefined
      ? {}
      : { putNewer: (all) => change(() => all.forEach(({ key }) => cache.forget(nameOf(key))), () => putNewer(all)) }),
    ...(destroyByOwner === undefined
      ? {}
      : { destroyByOwner: (tag, which) => change(() => cache.forgetOwner(tag), () => destroyByOwner(tag, which)) }),
    async close() {
      await keeper.close()
      await behind.close()
    },
  })
  return Object.freeze({
    ...cached,
    cacheStatus: (): NearCacheStatus => ({
      state: keeper.isProven() ? 'answering' : 'bypassed',
      staleLimitMs: settings.heartbeatMs + settings.heartbeatTimeoutMs,
      entries: cache.entries,
      bytes: cache.bytes,
      ...counts,
    }),
  })
}

/** Each change once, however often a feed fails to open. A faulty listener ends neither the cache nor the process. */
function tellStates(listener: NearCacheOptions['onState']): (state: NearCacheState, error?: unknown) => void {
  let told: NearCacheState | undefined
  return (state, error) => {
    if (told === state) return
    told = state
    try {
      listener?.(state, error)
    } catch (fault) {
      process.emitWarning(fault instanceof Error ? fault : String(fault))
    }
  }
}
