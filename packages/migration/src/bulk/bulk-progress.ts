import type { Outcome } from '../report.ts'

/** How far a run is. */
export interface BulkProgress {
  readonly job: string
  /** What is counted as `changed` would be, and is not. */
  readonly dryRun: boolean
  /** The last that a run tells is never `running`. `failed`: it rejected; what was committed stands. */
  readonly state: 'running' | 'done' | 'aborted' | 'failed'
  /** Items done, by all runs of this job that this process knows of. */
  readonly done: number
  /** `undefined` when nobody knows. May be an estimate of the database. */
  readonly total: number | undefined
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** This process alone, since it began. */
  readonly itemsPerSecond: number
  /** At that rate; `undefined` without a total or a rate. */
  readonly remainingMs: number | undefined
}
