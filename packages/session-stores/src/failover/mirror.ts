import { StoreUnavailableError } from '../errors.ts'
import { putNewer } from '../record-order.ts'
import type { SessionRecord, StoredSession, StoreKey } from '../store.ts'
import type { ResolvedFailoverOptions } from './failover-options.ts'
import { limitWait } from './link-calls.ts'
import { createTouchedRecords, type TouchedRecordsOptions } from './touched-records.ts'

/** Writes of the first link on their way to the second: in batches, each session once, the newest of it. */
export interface Mirror {
  readonly pending: number
  readonly oldestPendingMs: number | undefined
  readonly dropped: number
  /** Writes were dropped: what the second link lacks is not known any more. */
  readonly overflowed: boolean
  /** A pass over all sessions begins, and makes up for what was dropped so far. */
  clearOverflow(): void
  note(session: StoredSession): void
  /** Only the expiry is known; the rest is read when it is written. */
  noteTouch(key: StoreKey, expiresAt: number): void
  forget(key: StoreKey): void
  /** The first link is lost: what is being read from it is read from the second, and nobody waits for it. */
  leaveFirst(): void
  /** Resolves when there is room; at once while the second link is away, where what is oldest is dropped instead. */
  room(): Promise<void>
  /** Writes all that waits. Rejects when the second link cannot. */
  drain(): Promise<void>
  /** Writes what waits longest, one batch, also while paused. Rejects when the second link does not take it. */
  tryBatch(): Promise<void>
  /** The second link is away, or back. */
  pause(): void
  resume(): void
  /** Resolves when all is written, or cannot be. */
  close(): Promise<void>
}

export interface MirrorOptions extends TouchedRecordsOptions {
  readonly settings: ResolvedFailoverOptions
  readonly onFailure: (error: unknown) => void
  readonly onOverflow: () => void
}

interface Entry {
  readonly key: StoreKey
  readonly record: SessionRecord | undefined
  readonly touchedTo: number | undefined
  readonly since: number
}

export function createMirror(options: MirrorOptions): Mirror {
  const { second, settings, onFailure, onOverflow } = options
  const { clock, maxDelayMs, maxPending, batchSize, timeoutMs, monotonicMs } = settings
  let entries = new Map<string, Entry>()
  let flushing: Promise<void> | undefined
  let cancelTimer: (() => void) | undefined
  let paused = false
  let writing: readonly Entry[] = []
  let [dropped, overflowed] = [0, false]
  let roomWaiters: (() => void)[] = []
  const touched = createTouchedRecords(options)
  const within = <T>(work: Promise<T>, limitMs: number): Promise<T> => limitWait(work, limitMs, second.name, clock)

  function add(key: StoreKey, change: { record?: SessionRecord; touchedTo?: number }): void {
    const name = key.toString('latin1')
    const there = entries.get(name)
    const since = there?.since ?? monotonicMs()
    // A later write brings its own expiry.
    const entry = change.record === undefined ? { record: there?.record, touchedTo: change.touchedTo } : { record: change.record, touchedTo: undefined }
    entries.set(name, { key, since, ...entry })
    if (paused && entries.size > maxPending) return overflow()
    schedule()
  }

  /** The oldest waits no longer than is allowed, but for a batch that is being written. */
  function schedule(): void {
    const [oldest] = entries.values()
    if (oldest === undefined) return
    flushSoon(entries.size >= batchSize ? 0 : Math.max(0, maxDelayMs - (monotonicMs() - oldest.since)))
  }

  function overflow(): void {
    dropped += entries.size
    overflowed = true
    entries = new Map()
    onOverflow()
  }

  function flushSoon(delayMs: number): void {
    if (paused || flushing !== undefined) return
    if (delayMs > 0 && cancelTimer !== undefined) return
    cancelTimer?.()
    cancelTimer = clock.setTimer(() => void flush().catch(() => undefined), delayMs)
  }

  function flush(): Promise<void> {
    cancelTimer?.()
    cancelTimer = undefined
    flushing ??= flushBatches().then(
      () => {
        flushing = undefined
        schedule()
      },
      (error: unknown) => {
        flushing = undefined
        flushSoon(maxDelayMs)
        throw error
      },
    )
    return flushing
  }

  async function flushBatches(): Promise<void> {
    // What is added meanwhile begins a batch of its own.
    let left = entries.size
    while (left > 0 && entries.size > 0) {
      left -= Math.min(batchSize, entries.size)
      try {
        await flushBatch()
      } catch (error) {
        onFailure(error)
        throw error
      }
    }
  }

  async function flushBatch(): Promise<void> {
    const batch = takeBatch()
    writing = batch
    try {
      await writeBatch(batch)
    } catch (error) {
      putBack(batch)
      throw error
    } finally {
      writing = []
      makeRoom()
    }
  }

  function takeBatch(): Entry[] {
    const batch: Entry[] = []
    for (const [name, entry] of entries) {
      entries.delete(name)
      if (batch.push(entry) === batchSize) break
    }
    return batch
  }

  /** What was noted meanwhile is newer. */
  function putBack(batch: readonly Entry[]): void {
    const later = entries
    entries = new Map(batch.map((entry) => [entry.key.toString('latin1'), entry]))
    for (const [name, entry] of later) {
      const former = entries.get(name)
      entries.set(name, { ...entry, record: entry.record ?? former?.record, since: former?.since ?? entry.since })
    }
  }

  async function writeBatch(batch: readonly Entry[]): Promise<void> {
    // A first link that stands still is no fault of the second, which must not be blamed for it.
    const cancel = clock.setTimer(touched.leaveFirst, timeoutMs)
    const sessions = await within(Promise.all(batch.map(complete)), 2 * timeoutMs).finally(cancel)
    await within(putNewer(second, sessions.filter((session) => session !== undefined)), timeoutMs)
  }

  async function complete({ key, record, touchedTo }: Entry): Promise<StoredSession | undefined> {
    if (record !== undefined) return { key, record: touchedTo === undefined ? record : { ...record, expiresAt: touchedTo } }
    const there = await touched.read(key)
    return there === undefined ? undefined : { key, record: there.expiresAt > (touchedTo ?? 0) ? there : { ...there, expiresAt: touchedTo ?? there.expiresAt } }
  }

  function makeRoom(): void {
    if (!paused && entries.size >= maxPending) return
    const waiting = roomWaiters
    roomWaiters = []
    for (const resume of waiting) resume()
  }

  return {
    get pending() {
      return entries.size + writing.length
    },
    get oldestPendingMs() {
      const oldest = writing[0] ?? entries.values().next().value
      return oldest === undefined ? undefined : monotonicMs() - oldest.since
    },
    get dropped() {
      return dropped
    },
    get overflowed() {
      return overflowed
    },
    clearOverflow() {
      overflowed = false
    },
    note: ({ key, record }) => add(Buffer.from(key), { record: copyOf(record) }),
    noteTouch: (key, expiresAt) => add(Buffer.from(key), { touchedTo: expiresAt }),
    forget: (key) => void entries.delete(key.toString('latin1')),
    leaveFirst: touched.leaveFirst,
    room() {
      if (paused || entries.size < maxPending) return Promise.resolve()
      flushSoon(0)
      return new Promise((resolve) => roomWaiters.push(resolve))
    },
    async drain() {
      if (paused) throw new StoreUnavailableError(second.name, 'AWAY')
      await flushing?.catch(() => undefined)
      while (entries.size > 0) await flush()
    },
    async tryBatch() {
      await flushing?.catch(() => undefined)
      if (entries.size > 0) await flushBatch()
    },
    pause() {
      paused = true
      cancelTimer?.()
      cancelTimer = undefined
      makeRoom()
    },
    resume() {
      paused = false
      if (entries.size > 0) flushSoon(0)
    },
    async close() {
      await flushing?.catch(() => undefined)
      while (!paused && entries.size > 0) await flush().catch(() => (paused = true))
      cancelTimer?.()
    },
  }
}

/** Whoever wrote it may use its buffers for something else. */
function copyOf(record: SessionRecord): SessionRecord {
  const ownerTag = record.ownerTag === undefined ? undefined : Buffer.from(record.ownerTag)
  return { ...record, sealed: Buffer.from(record.sealed), ownerTag }
}
