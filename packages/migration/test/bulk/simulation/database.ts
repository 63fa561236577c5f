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

interface Commit {
  readonly effects: (() => void)[]
  isDurable: boolean
}

interface Transaction {
  readonly process: SimulatedProcess
  readonly owner: object
  readonly commit: Commit
  readonly step: () => Promise<void>
  readonly lock: (name: string) => Promise<void>
}

export interface SimulatedDatabase {
  readonly rows: Map<number, string>
  /** Writes of the engine that were committed, by row. */
  readonly writes: Map<number, number>
  /** Whether the last pass of the job was closed, also when nobody lived to report it. */
  isFinished(): boolean
  /** How often the job was begun anew after its end, and 1. */
  passes(): number
  connect(process: SimulatedProcess): BulkPlace<number, Row, RowChange>
  /** The server dies and is back at once: what was under way is lost, and so are the last commits that nobody made durable. */
  crash(forgets: number): void
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
  let life = 0
  /** Undoes each commit that may be forgotten, the last one first. */
  const undoable: (() => void)[] = []

  async function transaction<T>(
    process: SimulatedProcess,
    run: (tx: PlaceTransaction<number, Row, RowChange>) => Promise<T>,
  ): Promise<T> {
    const owner = {}
    const commit: Commit = { effects: [], isDurable: false }
    const begunIn = life
    const assertAlive = (): void => {
      if (life !== begunIn) throw new Dropped()
    }
    const step = async (): Promise<void> => {
      await process.step()
      assertAlive()
    }
    const lock = async (name: string): Promise<void> => {
      await locks.acquire(name, owner)
      assertAlive()
    }
    try {
      const result = await run(begin({ process, owner, commit, step, lock }))
      await step()
      assertAlive()
      apply(commit)
      locks.releaseAll(owner)
      // Committed, but the process may not hear of it.
      await step()
      return result
    } finally {
      locks.releaseAll(owner)
    }
  }

  function apply({ effects, isDurable }: Commit): void {
    const before = { rows: [...rows], writes: [...writes], claims: [...claims], job }
    for (const effect of effects) effect()
    if (isDurable) undoable.length = 0
    else undoable.push(() => restore(before))
  }

  function restore(before: { rows: [number, string][]; writes: [number, number][]; claims: [string, StoredClaim][]; job: typeof job }): void {
    refill(rows, before.rows)
    refill(writes, before.writes)
    refill(claims, before.claims)
    job = before.job
    // Numbers of claims that were forgotten are given again.
    claimCount = Math.max(0, ...[...claims.keys()].map(Number))
  }

  function begin({ process, owner, commit, step, lock }: Transaction): PlaceTransaction<number, Row, RowChange> {
    const { effects } = commit
    const ordered = (): Row[] => [...rows].map(([key, value]) => ({ key, value })).sort((a, b) => a.key - b.key)
    return {
      async lockJob() {
        await step()
        await lock('job')
        return job
      },
      async saveJob(state) {
        await step()
        effects.push(() => void (job = state))
      },
      async addClaim(after, upTo) {
        await step()
        const claim = { id: String(++claimCount), after, upTo }
        effects.push(() => claims.set(claim.id, { ...claim, process, tally: undefined }))
        return claim
      },
      async takeAbandonedClaim(held) {
        await step()
        for (const claim of claims.values()) {
          const lost = claim.process === process ? !held.has(claim.id) : !claim.process.alive
          if (claim.tally !== undefined || !lost || !locks.isFree(`claim ${claim.id}`, owner)) continue
          await lock(`claim ${claim.id}`)
          effects.push(() => claims.set(claim.id, { ...claim, process }))
          return claim
        }
        return undefined
      },
      async makeDurable() {
        await step()
        commit.isDurable = true
      },
      async holdClaim({ id, after, upTo }) {
        await step()
        await lock(`claim ${id}`)
        const claim = claims.get(id)
        return claim?.process === process && claim.tally === undefined && claim.after === after && claim.upTo === upTo
      },
      async finishClaim(id, tally) {
        await step()
        effects.push(() => claims.set(id, { ...(claims.get(id) as StoredClaim), tally }))
      },
      async openClaims() {
        await step()
        return [...claims.values()].filter(({ tally }) => tally === undefined).length
      },
      async sumClaims() {
        await step()
        return [...claims.values()].reduce((sum, { tally }) => addTallies(sum, tally ?? EMPTY_TALLY, 1000), EMPTY_TALLY)
      },
      async clearClaims() {
        await step()
        effects.push(() => claims.clear())
      },
      async readRange({ after, upTo, limit }) {
        await step()
        return ordered()
          .filter(({ key }) => (after === undefined || key > after) && (upTo === undefined || key <= upTo))
          .slice(0, limit)
      },
      async lockItems(keys) {
        await step()
        for (const key of [...keys].sort((a, b) => a - b)) await lock(`row ${key}`)
        return ordered().filter(({ key }) => keys.includes(key))
      },
      async compareAndSet(changes) {
        const written: boolean[] = []
        for (const { key, from, to } of changes) {
          await step()
          await lock(`row ${key}`)
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
    passes: () => job?.pass ?? 0,
    connect: (process) => ({
      transaction: (run) => transaction(process, run),
      isTransient: (error) => error instanceof Dropped,
      keyOf: ({ key }) => key,
      bytesOf: ({ value }) => value.length,
      showKey: (key) => [String(key)],
    }),
    async applicationWrite(key, value) {
      const owner = {}
      await locks.acquire(`row ${key}`, owner)
      if (value === undefined) rows.delete(key)
      else rows.set(key, value)
      undoable.length = 0
      locks.releaseAll(owner)
    },
    crash(forgets) {
      life++
      for (let count = 0; count < forgets; count++) undoable.pop()?.()
    },
  }
}

function refill<Key, Value>(map: Map<Key, Value>, entries: readonly [Key, Value][]): void {
  map.clear()
  for (const [key, value] of entries) map.set(key, value)
}
