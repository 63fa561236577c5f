import type { Traffic } from '../accounting/counting-proxy.ts'
import type { Measurement } from '../load/measure.ts'
import type { MemoryGrowth } from '../memory/memory-growth.ts'
import type { ServerName } from '../plan/catalogue.ts'
import type { WorkloadName } from '../plan/workloads.ts'

/** All rounds of one server at one workload. */
export interface Result {
  readonly workload: WorkloadName
  readonly server: ServerName
  /** One a round, in order. */
  readonly rounds: readonly Measurement[]
  /** Of one request; `undefined` where there is no store. */
  readonly store: Traffic | undefined
}

export interface BenchResults {
  readonly results: readonly Result[]
  readonly memory: readonly MemoryGrowth[]
  /** Whether the server had a core of its own. */
  readonly pinned: boolean
  readonly startedAt: Date
  readonly finishedAt: Date
}
