import { StoreUnavailableError } from '../errors.ts'
import type { ChangeFeed, ChangeListener, SessionStore } from '../store.ts'
import type { ResolvedNearCacheOptions } from './near-cache-options.ts'
import type { NearCacheState } from './near-cache-status.ts'

export interface FeedKeeperOptions
  extends Pick<ResolvedNearCacheOptions, 'heartbeatMs' | 'heartbeatTimeoutMs' | 'clock' | 'monotonicMs'> {
  readonly store: SessionStore
  readonly changed: ChangeListener['changed']
  /** Called when a feed begins and at once when it ends: nothing that was read before may be kept. */
  readonly flush: () => void
  readonly onState: (state: NearCacheState, error?: unknown) => void
}

/** Holds a feed open, opens another when it ends, and knows how far it can be trusted. */
export interface FeedKeeper {
  /** Of whatever is read from now on, every later change is told. */
  readonly open: boolean
  /** What was acknowledged longer ago than the sum of both heartbeat options has been told. */
  isProven(): boolean
  /** Opens the first feed; nothing happens when that is under way. */
  start(): void
  close(): Promise<void>
}

/** A moment by both clocks: one may be set, the other stands still while the machine sleeps. */
interface Moment {
  readonly epochMs: number
  readonly monotonicMs: number
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2000

export function createFeedKeeper(options: FeedKeeperOptions): FeedKeeper {
  const { store, changed, flush, heartbeatMs, heartbeatTimeoutMs, clock, onState } = options
  const staleLimitMs = heartbeatMs + heartbeatTimeoutMs
  const closing = new AbortController()
  let running: Promise<void> | undefined
  let open = false
  let provenAt: Moment | undefined
  let failures = 0

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      const error = await keepOne()
      if (closing.signal.aborted) return
      onState('bypassed', error)
      const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++)
      await pause(clock, most * (0.5 + Math.random() / 2), closing.signal)
    }
  }

  /** Resolves to what ended the feed. */
  async function keepOne(): Promise<unknown> {
    const life = new AbortController()
    const end = (error?: unknown): void => {
      if (life.signal.aborted) return
      open = false
      provenAt = undefined
      flush()
      life.abort(error)
    }
    const endNow = (): void => end()
    closing.signal.addEventListener('abort', endNow)
    let feed: ChangeFeed | undefined
    try {
      feed = await store.watch?.({ changed, lost: end })
      if (feed !== undefined) await keepProven(feed, life.signal)
      return life.signal.reason
    } catch (error) {
      return error
    } finally {
      closing.signal.removeEventListener('abort', endNow)
      end()
      await feed?.close().catch(() => undefined)
    }
  }

  async function keepProven(feed: ChangeFeed, life: AbortSignal): Promise<void> {
    if (life.aborted) return
    flush()
    open = true
    while (!life.aborted) {
      const askedAt = momentOf(options)
      await withinTime(feed.confirm(), heartbeatTimeoutMs, life)
      if (life.aborted) return
      const first = provenAt === undefined
      provenAt = askedAt
      failures = 0
      if (first) onState('answering')
      await pause(clock, heartbeatMs, life)
    }
  }

  /** Rejects when the time is up; resolves early when the feed has ended. */
  function withinTime(work: Promise<void>, limitMs: number, life: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const settle = (outcome: () => void): void => {
        cancel()
        life.removeEventListener('abort', ended)
        outcome()
      }
      const ended = (): void => settle(resolve)
      const cancel = clock.setTimer(() => settle(() => reject(new StoreUnavailableError(store.name, 'FEED_SILENT'))), limitMs)
      life.addEventListener('abort', ended)
      work.then(ended, (error: unknown) => settle(() => reject(error)))
    })
  }

  return {
    get open() {
      return open
    },
    isProven: () => provenAt !== undefined && ageOf(provenAt, options) < staleLimitMs,
    start() {
      running ??= run()
    },
    async close() {
      closing.abort()
      await running
    },
  }
}

type Clocks = Pick<FeedKeeperOptions, 'clock' | 'monotonicMs'>

function momentOf({ clock, monotonicMs }: Clocks): Moment {
  return { epochMs: clock.now(), monotonicMs: monotonicMs() }
}

function ageOf(moment: Moment, { clock, monotonicMs }: Clocks): number {
  return Math.max(clock.now() - moment.epochMs, monotonicMs() - moment.monotonicMs)
}

function pause(clock: FeedKeeperOptions['clock'], ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.setTimer(done, ms)
    signal.addEventListener('abort', done)
  })
}
