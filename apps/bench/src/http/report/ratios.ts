import type { Measurement } from '../load/measure.ts'
import { type Goal, goals } from '../plan/goals.ts'
import { type Spread, spreadOf } from '../run/figures.ts'
import type { Result } from '../run/results.ts'

export interface Ratio {
  readonly goal: Goal
  /** Requests per second of ours over those of the other; of each round by itself. */
  readonly requests: Spread
  /**
   * The same by CPU time of the server process, each side in its best round: what else the machine did only adds to
   * it, and where load or database were the limit it tells the truth.
   */
  readonly cpu: number
  /** Our 99th percentile over theirs; below 1 ours is the faster one. */
  readonly p99: Spread
}

/** Rounds are compared pair by pair: what slowed the machine for a while slowed both sides of a pair. */
export function compareResults(results: readonly Result[]): Ratio[] {
  return goals.flatMap((goal) => {
    const [ours, other] = [goal.ours, goal.other].map((side) =>
      results.find(({ workload, server }) => workload === side.workload && server === side.server),
    )
    if (ours === undefined || other === undefined) return []
    const spread = (ratio: (ours: Measurement, other: Measurement) => number): Spread =>
      spreadOf(ours.rounds.flatMap((mine, round) => (other.rounds[round] === undefined ? [] : [ratio(mine, other.rounds[round])])))
    return {
      goal,
      requests: spread((mine, theirs) => mine.requestsPerSecond / theirs.requestsPerSecond),
      cpu: leastCpu(other) / leastCpu(ours),
      p99: spread((mine, theirs) => mine.p99Ms / theirs.p99Ms),
    }
  })
}

function leastCpu({ rounds }: Result): number {
  return spreadOf(rounds.map((one) => one.cpuMicros)).min
}
