import { setImmediate as nextTurn } from 'node:timers/promises'
import { DifferentJobError } from '../errors.ts'
import { addTallies, EMPTY_TALLY, type Tally } from '../report.ts'
import type { BulkPlace, Decide, Decision, JobState, PlaceTransaction } from './bulk-place.ts'
import type { BulkTask, Finish } from './bulk-task.ts'
import { commitPage, type JournaledPage } from './commit-page.ts'
import { countFitting, createPageFit } from './page-bytes.ts'
import { type RetryContext, retrying } from './retrying.ts'

export interface JournaledJob<Key, Item, Change> {
  readonly name: string
  /** What the job does: an unfinished job of the same name and another fingerprint is refused. */
  readonly fingerprint: string
  readonly total: number | undefined
  readonly place: BulkPlace<Key, Item, Change>
  readonly decide: Decide<Item, Change>
  readonly maxListed: number
  /** How the first step, joining the job, is tried again. */
  readonly retry: Omit<RetryContext, 'task'>
}

/**
 * Joins a job, or begins it: any number of processes may run it at once, and any may die. Pages are claimed in a
 * journal, and the journal moves in the transaction that writes the page.
 *
 * @throws {DifferentJobError} KEYTURN_MIGRATION_DIFFERENT_JOB
 */
export async function joinJob<Key, Item, Change>(
  job: JournaledJob<Key, Item, Change>,
): Promise<BulkTask<JournaledPage<Key, Item>, readonly Decision<Change>[]>> {
  const { name, place, decide, maxListed } = job
  const joined = await retrying(() => place.transaction((tx) => begin(tx, job)), { ...job.retry, task: place })
  const held = new Set<string>()
  const fit = createPageFit()
  let turn: Promise<unknown> = Promise.resolve()

  /** One at a time in this process, so that `held` is complete when the next claim is looked for. */
  function next(limit: number): Promise<JournaledPage<Key, Item> | 'wait' | undefined> {
    const mine = turn.then(async () => {
      const page = await place.transaction((tx) => claimPage(tx, { place, pass: joined.pass, limit: fit.limit(limit), held }))
      if (page === undefined || page === 'wait') return page
      held.add(page.claim.id)
      fit.record(page.items.map(place.bytesOf))
      return page
    })
    turn = mine.catch(() => undefined)
    return mine
  }

  return {
    name,
    dryRun: false,
    total: job.total,
    earlier: joined.earlier,
    next,
    sizeOf: (page) => page.items.length,
    prepare: (page) => decideInSlices(page.items, decide),
    async commit(page, decisions) {
      const tally = await place.transaction((tx) => commitPage(tx, { page, decisions, decide, place, maxListed }))
      held.delete(page.claim.id)
      return tally
    },
    isTransient: (error) => place.isTransient(error),
    finish: () => place.transaction((tx) => finish(tx, joined.pass, maxListed)),
  }
}

/** About a millisecond of cryptography. */
const SLICE = 128

/** Between slices, what arrives from the database is dealt with: the next page is on its way while this one is made. */
async function decideInSlices<Item, Change>(items: readonly Item[], decide: Decide<Item, Change>): Promise<Decision<Change>[]> {
  const decisions: Decision<Change>[] = []
  for (let at = 0; at < items.length; at += SLICE) {
    if (at > 0) await nextTurn()
    decisions.push(...decide(items.slice(at, at + SLICE)))
  }
  return decisions
}

interface Joined {
  readonly pass: number
  readonly earlier: Tally | undefined
}

async function begin<Key, Item, Change>(
  tx: PlaceTransaction<Key, Item, Change>,
  { name, fingerprint }: JournaledJob<Key, Item, Change>,
): Promise<Joined> {
  // A pass that were forgotten would look like one that somebody else has ended.
  await tx.makeDurable()
  const state = await tx.lockJob()
  if (state !== undefined && !state.finished) {
    if (state.fingerprint !== fingerprint) throw new DifferentJobError(name)
    return { pass: state.pass, earlier: await tx.sumClaims() }
  }
  const pass = (state?.pass ?? 0) + 1
  const fresh = { fingerprint, pass, frontier: undefined, exhausted: false, finished: false, tally: state?.tally }
  await tx.saveJob(fresh)
  return { pass, earlier: undefined }
}

interface ClaimContext<Key, Item, Change> {
  readonly place: BulkPlace<Key, Item, Change>
  readonly pass: number
  readonly limit: number
  readonly held: ReadonlySet<string>
}

async function claimPage<Key, Item, Change>(
  tx: PlaceTransaction<Key, Item, Change>,
  { place, pass, limit, held }: ClaimContext<Key, Item, Change>,
): Promise<JournaledPage<Key, Item> | 'wait' | undefined> {
  const state = await tx.lockJob()
  if (state === undefined || state.finished || state.pass !== pass) return undefined
  const abandoned = await tx.takeAbandonedClaim(held)
  if (abandoned !== undefined) return { claim: abandoned, items: await tx.readRange({ ...abandoned, limit: undefined }) }
  if (state.exhausted) return (await tx.openClaims()) > 0 ? 'wait' : undefined
  return claimBeyond(tx, { place, state, limit })
}

async function claimBeyond<Key, Item, Change>(
  tx: PlaceTransaction<Key, Item, Change>,
  { place, state, limit }: { place: BulkPlace<Key, Item, Change>; state: JobState<Key>; limit: number },
): Promise<JournaledPage<Key, Item> | 'wait' | undefined> {
  const read = await tx.readRange({ after: state.frontier, upTo: undefined, limit })
  const items = read.slice(0, countFitting(read.map(place.bytesOf)))
  const last = items.at(-1)
  const exhausted = read.length < limit && items.length === read.length
  const frontier = last === undefined ? state.frontier : place.keyOf(last)
  await tx.saveJob({ ...state, frontier, exhausted })
  if (last === undefined) return (await tx.openClaims()) > 0 ? 'wait' : undefined
  return { claim: await tx.addClaim(state.frontier, place.keyOf(last)), items }
}

/** The first process that finds everything done closes the pass; the others read what it wrote. */
async function finish<Key, Item, Change>(
  tx: PlaceTransaction<Key, Item, Change>,
  pass: number,
  maxListed: number,
): Promise<Finish> {
  await tx.makeDurable()
  const state = await tx.lockJob()
  if (state === undefined || state.finished || state.pass !== pass) return { tally: state?.tally ?? EMPTY_TALLY, isWhole: true }
  const tally = addTallies(EMPTY_TALLY, await tx.sumClaims(), maxListed)
  if (!state.exhausted || (await tx.openClaims()) > 0) return { tally, isWhole: false }
  await tx.saveJob({ ...state, finished: true, tally })
  await tx.clearClaims()
  return { tally, isWhole: true }
}
