import type { KeyId } from '@keyturn/token-crypto'
import { addTallies, EMPTY_TALLY, type Outcome, type Tally, tallyOf } from '../report.ts'
import type { BulkTask } from './bulk-task.ts'
import type { CheckpointFile } from './checkpoint-file.ts'
import { MOST_PAGE_BYTES } from './page-bytes.ts'
import { createSessionProgress } from './session-progress.ts'

export interface SessionOutcome {
  readonly outcome: Outcome
  readonly keyId?: KeyId
}

/** What a scan gives; a position where it can be taken up again. */
export interface ScannedSession {
  readonly position?: string
}

export interface SessionTask<Session extends ScannedSession> {
  readonly name: string
  readonly dryRun: boolean
  readonly total: number | undefined
  /** @param after - Position to go on from. */
  readonly scan: (after: string | undefined) => AsyncIterable<Session>
  /** What a session weighs in a page. Default: nothing. */
  readonly bytesOf?: (session: Session) => number
  /** Deals with a page and says in order what became of each; doing it twice must do no harm. */
  readonly handle: (sessions: readonly Session[]) => Promise<readonly SessionOutcome[]>
  /** As reports show it; never an id that a cookie could carry. */
  readonly showKey: (session: Session) => string
  readonly isTransient: (error: unknown) => boolean
  readonly maxListed: number
  /** `undefined`: a run that was ended begins again, and finds done what is done. */
  readonly checkpoint: CheckpointFile | undefined
}

/** A scan gives positions every so often; a page ends at one, but does not grow for ever where none comes. */
const LARGEST_PAGE = 4

/** Sessions of a store, in pages, as its scan gives them. */
export async function createSessionTask<Session extends ScannedSession>(
  job: SessionTask<Session>,
): Promise<BulkTask<readonly Session[], readonly Session[]>> {
  const { checkpoint, maxListed } = job
  const begun = await checkpoint?.load()
  const iterator = job.scan(begun?.position)[Symbol.asyncIterator]()
  const progress = createSessionProgress<readonly Session[]>({ begun, checkpoint, maxListed })
  let turn: Promise<unknown> = Promise.resolve()
  let exhausted = false
  let broken: { readonly error: unknown } | undefined
  let sum: Tally = begun?.tally ?? EMPTY_TALLY

  /** An iterator that failed says afterwards that it is at its end, which it is not. */
  async function read(): Promise<IteratorResult<Session, unknown>> {
    if (broken !== undefined) throw broken.error
    try {
      return await iterator.next()
    } catch (error) {
      broken = { error }
      throw error
    }
  }

  function isFull(page: readonly Session[], bytes: number, limit: number): boolean {
    if (page.length < limit && bytes < MOST_PAGE_BYTES) return false
    return checkpoint === undefined || page.at(-1)?.position !== undefined || page.length >= LARGEST_PAGE * limit
  }

  async function readPage(limit: number): Promise<readonly Session[] | undefined> {
    const page: Session[] = []
    let bytes = 0
    while (!exhausted && !isFull(page, bytes, limit)) {
      const result = await read()
      if (result.done === true) {
        exhausted = true
        break
      }
      page.push(result.value)
      bytes += job.bytesOf?.(result.value) ?? 0
    }
    if (page.length === 0) return undefined
    progress.add(page, page.at(-1)?.position)
    return page
  }

  return {
    name: job.name,
    dryRun: job.dryRun,
    total: job.total,
    earlier: begun?.tally,
    next(limit) {
      const mine = turn.then(() => readPage(limit))
      turn = mine.catch(() => undefined)
      return mine
    },
    sizeOf: (page) => page.length,
    prepare: (page) => page,
    async commit(page) {
      const outcomes = await job.handle(page)
      const tally = tallyOf(outcomes, (i) => [job.showKey(page[i] as Session)], maxListed)
      await progress.finish(page, tally)
      sum = addTallies(sum, tally, maxListed)
      return tally
    },
    isTransient: job.isTransient,
    async finish() {
      if (exhausted && progress.isComplete()) await checkpoint?.remove()
      else await iterator.return?.()
      return { tally: sum, isWhole: true }
    },
  }
}

/** In flight at once of one page: requests of the application share the store's connections. */
const AT_ONCE = 16

/** Pages whose items are dealt with each on its own. */
export function eachOnItsOwn<Item, Result>(handle: (item: Item) => Promise<Result>): (page: readonly Item[]) => Promise<Result[]> {
  return async (page) => {
    const results: Result[] = []
    const waiting = page.entries()
    const one = async (): Promise<void> => {
      for (const [i, item] of waiting) results[i] = await handle(item)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, one))
    return results
  }
}

/** An outage of a store passes; everything else does not. */
export function isStoreOutage(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === 'KEYTURN_STORE_UNAVAILABLE' || code === 'KEYTURN_MIGRATION_LEGACY_STORE'
}
