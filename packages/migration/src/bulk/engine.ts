import { type BulkReport, completeOutcomes, countItems, EMPTY_TALLY, type Tally } from '../report.ts'
import type { ResolvedBulkOptions } from './bulk-options.ts'
import type { BulkTask } from './bulk-task.ts'
import { createPace, type Pace } from './pace.ts'
import { createProgressMeter, type ProgressMeter } from './progress.ts'
import { pause, retrying } from './retrying.ts'

/** How long to wait before asking again whether other processes have left pages behind. */
const WAIT_MS = 50

interface Run<Page, Prepared> {
  readonly task: BulkTask<Page, Prepared>
  readonly options: ResolvedBulkOptions
  readonly pace: Pace
  readonly meter: ProgressMeter
  /** Aborted by the caller, or by the first worker that failed. */
  readonly signal: AbortSignal
  /** Resolves with the next page that is written here. */
  written: PromiseWithResolvers<void>
}

/**
 * Runs a task to its end: several workers, each preparing its next page while the last one is being written.
 *
 * Killed at any step, the next run goes on where the checkpoints of the task stand.
 *
 * @returns A report; `state` is `'aborted'` when the signal ended it.
 * @throws What the task rejects with and does not call transient, or did so at every attempt.
 */
export async function runBulk<Page, Prepared>(
  task: BulkTask<Page, Prepared>,
  options: ResolvedBulkOptions,
): Promise<BulkReport> {
  const startedAt = options.clock.now()
  const failure = new AbortController()
  const signal = AbortSignal.any([failure.signal, ...(options.signal === undefined ? [] : [options.signal])])
  const earlier = task.earlier ?? EMPTY_TALLY
  const meter = createProgressMeter({ task, earlier, options })
  const run: Run<Page, Prepared> = { task, options, pace: createPace(options), meter, signal, written: Promise.withResolvers() }
  const tally = await workToTheEnd(run, failure).catch((error: unknown) => {
    meter.end('failed')
    throw error
  })
  const state = options.signal?.aborted === true ? 'aborted' : 'done'
  meter.end(state)
  const outcomes = completeOutcomes(tally)
  return {
    job: task.name,
    dryRun: task.dryRun,
    state,
    resumed: task.earlier !== undefined,
    outcomes,
    byKeyId: { ...tally.byKeyId },
    left: tally.left,
    total: countItems(tally),
    nothingToDo: outcomes.changed === 0,
    startedAt,
    elapsedMs: meter.elapsedMs,
    itemsPerSecond: meter.itemsPerSecond,
  }
}

async function workToTheEnd<Page, Prepared>(run: Run<Page, Prepared>, failure: AbortController): Promise<Tally> {
  const { task, options, signal } = run
  for (;;) {
    const workers = Array.from({ length: options.workers }, () =>
      work(run).catch((error: unknown) => {
        failure.abort()
        throw error
      }),
    )
    // All of them, so that nothing is written any more when this rejects.
    const settled = await Promise.allSettled(workers)
    const failed = settled.find((worker) => worker.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    const { tally, isWhole } = await retrying(() => task.finish(), run)
    if (isWhole || signal.aborted) return tally
  }
}

async function work<Page, Prepared>(run: Run<Page, Prepared>): Promise<void> {
  const { task, pace, signal, options } = run
  let writing: Promise<void> = Promise.resolve()
  while (!signal.aborted) {
    const page = await retrying(() => task.next(pace.limit()), run)
    if (page === undefined) break
    if (page === 'wait') {
      const written = run.written.promise
      await writing
      await pause(WAIT_MS, options.clock, written)
      continue
    }
    const prepared = await task.prepare(page)
    await writing
    if (signal.aborted) break
    await pause(pace.restMs(), options.clock)
    writing = write(run, page, prepared)
    // Awaited above on the next round; until then a rejection must not count as unhandled.
    writing.catch(() => undefined)
  }
  await writing
}

async function write<Page, Prepared>(run: Run<Page, Prepared>, page: Page, prepared: Prepared): Promise<void> {
  const { task, pace, meter, options } = run
  const startedAt = options.clock.now()
  const tally = await retrying(() => task.commit(page, prepared), run)
  pace.record(task.sizeOf(page), options.clock.now() - startedAt)
  if (tally !== undefined) meter.add(tally)
  run.written.resolve()
  run.written = Promise.withResolvers()
}
