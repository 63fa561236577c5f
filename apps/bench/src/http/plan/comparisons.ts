import type { BenchOptions } from './bench-options.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { goals } from './goals.ts'
import type { Workload } from './workloads.ts'

/** One workload, and the servers that take turns at it. */
export interface Comparison {
  readonly workload: Workload
  readonly servers: readonly CatalogueEntry[]
}

export function planComparisons({ scope, servers, workloads }: Pick<BenchOptions, 'scope' | 'servers' | 'workloads'>): Comparison[] {
  return workloads
    .map((workload) => ({
      workload,
      servers: servers.filter((server) => server.workloads.includes(workload.name) && (scope === 'all' || isGoal(workload, server))),
    }))
    .filter((comparison) => comparison.servers.length > 0)
}

function isGoal(workload: Workload, server: CatalogueEntry): boolean {
  return goals.some(
    ({ atLeast, ours, other }) =>
      atLeast !== undefined && [ours, other].some((side) => side.workload === workload.name && side.server === server.name),
  )
}
