import { addTallies, EMPTY_TALLY, type Outcome, type Tally, tallyOf } from '../report.ts'
import type { KeyId } from '@keyturn/token-crypto'
import type { BulkTask } from './bulk-task.ts'

export interface SessionOutcome {
  readonly outcome: Outcome
  readonly keyId?: KeyId
}

export interface SessionTask<Session> {
  readonly name: string
  readonly total: number | undefined
  readonly sessions: AsyncIterable<Session>
  /** Deals with one session; doing it twice must do no harm. */
  readonly handle: (session: Session) => Promise<SessionOutcome>
  /** As reports show it; never an id that a cookie could carry. */
  readonly showKey: (session: Session) => string
  readonly isTransient: (error: unknown) => boolean
  readonly maxListed: number
}

/**
 * Sessions of a store, each dealt with on its own. A store has no order to go on in: a run that was ended begins again
 * and finds done what is done.
 */
export function createSessionTask<Session>(job: SessionTask<Session>): BulkTask<readonly Session[], readonly Session[]> {
  const iterator = job.sessions[Symbol.asyncIterator]()
  let turn: Promise<unknown> = Promise.resolve()
  let exhausted = false
  let broken: { readonly error: unknown } | undefined
  let sum: Tally = EMPTY_TALLY

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

  async function readPage(limit: number): Promise<readonly Session[] | undefined> {
    const page: Session[] = []
    while (!exhausted && page.length < limit) {
      const result = await read()
      if (result.done === true) exhausted = true
      else page.push(result.value)
    }
    return page.length === 0 ? undefined : page
  }

  return {
    name: job.name,
    total: job.total,
    earlier: undefined,
    next(limit) {
      const mine = turn.then(() => readPage(limit))
      turn = mine.catch(() => undefined)
      return mine
    },
    sizeOf: (page) => page.length,
    prepare: (page) => page,
    async commit(page) {
      const outcomes = await handleAll(page, job.handle)
      const tally = tallyOf(outcomes.map((outcome, i) => ({ ...outcome, key: [job.showKey(page[i] as Session)] })), job.maxListed)
      sum = addTallies(sum, tally, job.maxListed)
      return tally
    },
    isTransient: job.isTransient,
    async finish() {
      if (!exhausted) await iterator.return?.()
      return sum
    },
  }
}

/** In flight at once of one page: requests of the application share the store's connections. */
const AT_ONCE = 16

async function handleAll<Session>(
  page: readonly Session[],
  handle: (session: Session) => Promise<SessionOutcome>,
): Promise<SessionOutcome[]> {
  const outcomes: SessionOutcome[] = []
  const waiting = page.entries()
  const one = async (): Promise<void> => {
    for (const [i, session] of waiting) outcomes[i] = await handle(session)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return outcomes
}

/** An outage of a store passes; everything else does not. */
export function isStoreOutage(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'KEYTURN_STORE_UNAVAILABLE'
}
