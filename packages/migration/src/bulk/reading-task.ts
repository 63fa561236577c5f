import { EMPTY_TALLY, addTallies, type Tally, tallyOf } from '../report.ts'
import type { Decide, Decision } from './bulk-place.ts'
import type { BulkTask } from './bulk-task.ts'
import { createPageFit } from './page-bytes.ts'

export interface ReadingTask<Key, Item, Change> {
  readonly name: string
  readonly total: number | undefined
  readonly read: (after: Key | undefined, limit: number) => Promise<readonly Item[]>
  readonly keyOf: (item: Item) => Key
  readonly bytesOf: (item: Item) => number
  readonly showKey: (key: Key) => readonly string[]
  readonly decide: Decide<Item, Change>
  readonly isTransient: (error: unknown) => boolean
  readonly maxListed: number
}

/** Reads and decides as a run would, and writes nothing, not even a checkpoint. */
export function createReadingTask<Key, Item, Change>(
  job: ReadingTask<Key, Item, Change>,
): BulkTask<readonly Item[], readonly Decision<Change>[]> {
  const fit = createPageFit()
  let after: Key | undefined
  let exhausted = false
  let sum: Tally = EMPTY_TALLY
  let turn: Promise<unknown> = Promise.resolve()

  async function readNext(limit: number): Promise<readonly Item[] | undefined> {
    if (exhausted) return undefined
    const items = await job.read(after, fit.limit(limit))
    fit.record(items.map(job.bytesOf))
    const last = items.at(-1)
    if (last === undefined) exhausted = true
    else after = job.keyOf(last)
    return last === undefined ? undefined : items
  }

  return {
    name: job.name,
    dryRun: true,
    total: job.total,
    earlier: undefined,
    next(limit) {
      const mine = turn.then(() => readNext(limit))
      turn = mine.catch(() => undefined)
      return mine
    },
    sizeOf: (items) => items.length,
    prepare: (items) => job.decide(items),
    async commit(items, decisions) {
      const tally = tallyOf(decisions, (i) => job.showKey(job.keyOf(items[i] as Item)), job.maxListed)
      sum = addTallies(sum, tally, job.maxListed)
      return tally
    },
    isTransient: job.isTransient,
    finish: async () => ({ tally: sum, isWhole: true }),
  }
}
