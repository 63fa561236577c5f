import type { BenchOptions } from '../plan/bench-options.ts'
import { spreadOf } from '../run/figures.ts'
import type { BenchResults, Result } from '../run/results.ts'
import { describeMachine } from './machine.ts'
import { compareResults, type Ratio } from './ratios.ts'

/** One document with everything that was measured; `ratios` holds medians by name. */
export function formatJson(results: BenchResults, options: BenchOptions): string {
  const ratios = compareResults(results.results)
  const byName = (value: (ratio: Ratio) => unknown) => Object.fromEntries(ratios.map((ratio) => [ratio.goal.name, value(ratio)]))
  const { rounds, warmUpMs, measureMs, connections, sessions } = options
  const document = {
    startedAt: results.startedAt.toISOString(),
    finishedAt: results.finishedAt.toISOString(),
    machine: describeMachine(),
    pinned: results.pinned,
    settings: { rounds, warmUpMs, measureMs, connections, sessions },
    ratios: byName(({ requests }) => round(requests.median)),
    ratioSpreads: byName(({ requests }) => requests),
    cpuRatios: byName(({ cpu }) => round(cpu)),
    p99Ratios: byName(({ p99 }) => round(p99.median)),
    goals: Object.fromEntries(ratios.flatMap(({ goal }) => (goal.atLeast === undefined ? [] : [[goal.name, goal.atLeast]]))),
    results: results.results.map(describeResult),
    memory: results.memory,
  }
  return JSON.stringify(document, null, 2)
}

function describeResult({ workload, server, rounds, store }: Result): object {
  const spread = (value: (measurement: Result['rounds'][number]) => number) => spreadOf(rounds.map(value))
  return {
    workload,
    server,
    requestsPerSecond: spread((one) => one.requestsPerSecond),
    cpuMicrosPerRequest: spread((one) => one.cpuMicros),
    p50Ms: spread((one) => one.p50Ms),
    p99Ms: spread((one) => one.p99Ms),
    serverBusy: spread((one) => one.busy),
    takenByOthers: rounds.some((one) => one.taken === undefined) ? null : spread((one) => one.taken ?? 0),
    requests: rounds.reduce((sum, one) => sum + one.requests, 0),
    responseBytes: spread((one) => one.responseBytes).median,
    store: store ?? null,
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
