import { resolveBulkOptions } from '../../../src/bulk/bulk-options.ts'
import type { Decide } from '../../../src/bulk/bulk-place.ts'
import { runBulk } from '../../../src/bulk/engine.ts'
import { joinJob } from '../../../src/bulk/journaled-task.ts'
import type { BulkReport } from '../../../src/report.ts'
import { Crash, Dropped, type Row, type RowChange, type SimulatedDatabase, type SimulatedProcess } from './database.ts'

/** `old:x` becomes `new:x`. */
const decideRows: Decide<Row, RowChange> = (rows) =>
  rows.map(({ key, value }) => {
    if (value === '') return { outcome: 'empty' }
    if (value.startsWith('new:')) return { outcome: 'current', keyId: 'new' }
    if (!value.startsWith('old:')) return { outcome: 'corrupt' }
    return { outcome: 'changed', keyId: 'old', change: { key, from: value, to: `new:${value.slice(4)}` } }
  })

export interface ProcessPlan {
  /** Dies at this step; never when `undefined`. */
  readonly crashAt: number | undefined
  /** Loses its connection at these steps. */
  readonly dropsAt: readonly number[]
  /** The server crashes at these steps, for all processes, and forgets so many of the last commits. */
  readonly serverCrashes: readonly { readonly at: number; readonly forgets: number }[]
  readonly seed: number
  readonly workers: number
  readonly pageSize: number
  /** What happens between the reading and the writing of the first page, the second, and so on. */
  readonly afterDeciding?: readonly (() => Promise<unknown>)[]
}

const instantClock = {
  now: () => Date.now(),
  setTimer(callback: () => void): () => void {
    const timer = setImmediate(callback)
    return () => clearImmediate(timer)
  },
}

/** Runs one process of the job; `undefined` when it crashed. */
export async function runProcess(database: SimulatedDatabase, plan: ProcessPlan): Promise<BulkReport | undefined> {
  const random = createRandom(plan.seed)
  let steps = 0
  const process: SimulatedProcess = {
    alive: true,
    async step() {
      for (let turns = Math.floor(random() * 3); turns > 0; turns--) await Promise.resolve()
      if (random() < 0.02) await new Promise((resolve) => setImmediate(resolve))
      if (++steps === plan.crashAt) process.alive = false
      if (!process.alive) throw new Crash()
      const serverCrash = plan.serverCrashes.find(({ at }) => at === steps)
      if (serverCrash !== undefined) database.crash(serverCrash.forgets)
      if (plan.dropsAt.includes(steps)) throw new Dropped()
    },
  }
  const { workers, pageSize } = plan
  const options = resolveBulkOptions('test', { workers, pageSize, attempts: 100, clock: instantClock })
  try {
    const task = await joinJob({
      name: 'job',
      fingerprint: 'old to new',
      total: undefined,
      place: database.connect(process),
      decide: decideRows,
      maxListed: options.maxListed,
      retry: { options, signal: new AbortController().signal },
    })
    const interferences = plan.afterDeciding?.values()
    const prepare: typeof task.prepare = async (page) => {
      const decisions = await task.prepare(page)
      await interferences?.next().value?.()
      return decisions
    }
    return await runBulk({ ...task, prepare }, options)
  } catch (error) {
    if (error instanceof Crash) return undefined
    throw error
  } finally {
    process.alive = false
  }
}

/** Repeatable numbers from 0 up to 1 (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
