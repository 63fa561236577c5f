import { channel } from 'node:diagnostics_channel'
import { addTallies, completeOutcomes, countItems, EMPTY_TALLY, type Tally } from '../report.ts'
import type { BulkProgress } from './bulk-progress.ts'
import type { ResolvedBulkOptions } from './bulk-options.ts'

export interface ProgressMeter {
  add(tally: Tally): void
  /** Tells listeners for the last time. */
  end(state: Exclude<BulkProgress['state'], 'running'>): void
  readonly elapsedMs: number
  readonly itemsPerSecond: number
}

/** Channel of `node:diagnostics_channel` on which every run publishes its `BulkProgress`. */
export const PROGRESS_CHANNEL = 'keyturn:migration:progress'

const progressChannel = channel(PROGRESS_CHANNEL)
const INTERVAL_MS = 1000

export interface MeterOptions {
  readonly task: { readonly name: string; readonly dryRun: boolean; readonly total: number | undefined }
  readonly earlier: Tally
  readonly options: ResolvedBulkOptions
}

export function createProgressMeter({ task, earlier, options }: MeterOptions): ProgressMeter {
  const { clock, onProgress } = options
  const { name: job, dryRun, total } = task
  const startedAt = clock.now()
  const earlierItems = countItems(earlier)
  let tally: Tally = { ...earlier, left: [] }
  let own = 0
  let toldAt = startedAt

  const elapsedMs = (): number => clock.now() - startedAt
  const itemsPerSecond = (): number => (elapsedMs() > 0 ? own / (elapsedMs() / 1000) : 0)

  function publish(state: BulkProgress['state']): void {
    toldAt = clock.now()
    if (onProgress === undefined && !progressChannel.hasSubscribers) return
    const done = earlierItems + own
    const rate = itemsPerSecond()
    const known = total !== undefined && rate > 0
    const remainingMs = known ? Math.max(0, (total - done) / rate) * 1000 : undefined
    const progress: BulkProgress = { job, dryRun, state, done, total, outcomes: completeOutcomes(tally), itemsPerSecond: rate, remainingMs }
    onProgress?.(progress)
    progressChannel.publish(progress)
  }

  return {
    add(page) {
      own += countItems(page)
      tally = addTallies(tally, { ...EMPTY_TALLY, outcomes: page.outcomes }, 0)
      if (clock.now() - toldAt >= INTERVAL_MS) publish('running')
    },
    end: publish,
    get elapsedMs() {
      return elapsedMs()
    },
    get itemsPerSecond() {
      return itemsPerSecond()
    },
  }
}
