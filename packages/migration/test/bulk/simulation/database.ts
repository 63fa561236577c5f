import type { BulkPlace, Claim, JobState, PlaceTransaction } from '../../../src/bulk/bulk-place.ts'
import { addTallies, EMPTY_TALLY, type Tally } from '../../../src/report.ts'
import { createLocks } from './locks.ts'

export interface Row {
  readonly key: number
  readonly value: string
}

export interface RowChange {
  readonly key: number
  readonly from: string
  readonly to: string
}

interface StoredClaim extends Claim<number> {
  readonly process: SimulatedProcess
  readonly tally: Tally | undefined
}

/** A process that can die, and whose connection can drop, at any step. */
export interface SimulatedProcess {
  alive: boolean
  /** Called before each step and around each commit; throws when something goes wrong there. */
  readonly step: () => Promise<void>
}

export class Crash extends Error {}
export class Dropped extends Error {}

export interface SimulatedDatabase {
  readonly rows: Map<number, string>
  /** Writes of the engine that were committed, by row. */
  readonly writes: Map<number, number>
  /** Whether the last pass of the job was closed, also when nobody lived to report it. */
  isFinished(): boolean
  connect(process: SimulatedProcess): BulkPlace<number, Row, RowChange>
  /** What the application does meanwhile: locks one row and sets it, or removes it. */
  applicationWrite(key: number, value: string | undefined): Promise<void>
}

/** READ COMMITTED in small: row locks to the end of the transaction, writes visible at commit. */
export function createSimulatedDatabase(initial: readonly string[]): SimulatedDatabase {
  const rows = new Map(initial.map((value, key) => [key, value]))
  const writes = new Map<number, number>()
  const claims = new Map<string, StoredClaim>()
  const locks = createLocks()
  let job: JobState<number> | undefined
  let claimCount = 0

  async function transaction<T>(
    process: SimulatedProcess,
    run: (tx: PlaceTransaction<number, Row, RowChange>) => Promise<T>,
  ): Promise<T> {
    const owner = {}
    const effects: (() => void)[] = []
    try {
      const result = await run(begin(process, owner, effects))
      await process.step()
      for (const effect of effects) effect()
      locks.releaseAll(owner)
      // Committed, but the process may not hear of it.
      await process.step()
      return result
    } finally {
      locks.releaseAll(owner)
    }
  }

  function begin(process: SimulatedProcess, owner: object, effects: (() => void)[]): PlaceTransaction<number, Row, RowChange> {
    const ordered = (): Row[] => [...rows].map(([key, value]) => ({ key, value })).sort((a, b) => a.key - b.key)
    return {
      async lockJob() {
        await process.step()
        await locks.acquire('job', owner)
        return job
      },
      async saveJob(state) {
        await process.step()
        effects.push(() => void (job = state))
      },
      async addClaim(after, upTo) {
        await process.step()
        const claim = { id: String(++claimCount), after, upTo }
        effects.push(() => claims.set(claim.id, { ...claim, process, tally: undefined }))
        return claim
      },
      async takeAbandonedClaim(held) {
        await process.step()
        for (const claim of claims.values()) {
          const lost = claim.process === process ? !held.has(claim.id) : !claim.process.alive
          if (claim.tally !== undefined || !lost || !locks.isFree(`claim ${claim.id}`, owner)) continue
          await locks.acquire(`claim ${claim.id}`, owner)
          effects.push(() => claims.set(claim.id, { ...claim, process }))
          return claim
        }
        return undefined
      },
      async holdClaim(id) {
        await process.step()
        await locks.acquire(`claim ${id}`, owner)
        const claim = claims.get(id)
        return claim !== undefined && claim.process === process && claim.tally === undefined
      },
      async finishClaim(id, tally) {
        await process.step()
        effects.push(() => claims.set(id, { ...(claims.get(id) as StoredClaim), tally }))
      },
      async openClaims() {
        await process.step()
        return [...claims.values()].filter(({ tally }) => tally === undefined).length
      },
      async sumClaims() {
        await process.step()
        return [...claims.values()].reduce((sum, { tally }) => addTallies(sum, tally ?? EMPTY_TALLY, 1000), EMPTY_TALLY)
      },
      async clearClaims() {
        await process.step()
        effects.push(() => claims.clear())
      },
      async readRange({ after, upTo, limit }) {
        await process.step()
        return ordered()
          .filter(({ key }) => (after === undefined || key > after) && (upTo === undefined || key <= upTo))
          .slice(0, limit)
      },
      async lockItems(keys) {
        await process.step()
        for (const key of [...keys].sort((a, b) => a - b)) await locks.acquire(`row ${key}`, owner)
        return ordered().filter(({ key }) => keys.includes(key))
      },
      async compareAndSet(changes) {
        const written: boolean[] = []
        for (const { key, from, to } of changes) {
          await process.step()
          await locks.acquire(`row ${key}`, owner)
          const same = rows.get(key) === from
          written.push(same)
          if (same) effects.push(() => void (rows.set(key, to), writes.set(key, (writes.get(key) ?? 0) + 1)))
        }
        return written
      },
    }
  }

  return {
    rows,
    writes,
    isFinished: () => job?.finished === true,
    connect: (process) => ({
      transaction: (run) => transaction(process, run),
      isTransient: (error) => error instanceof Dropped,
      keyOf: ({ key }) => key,
      showKey: (key) => [String(key)],
    }),
    async applicationWrite(key, value) {
      const owner = {}
      await locks.acquire(`row ${key}`, owner)
      if (value === undefined) rows.delete(key)
      else rows.set(key, value)
      locks.releaseAll(owner)
    },
  }
}
