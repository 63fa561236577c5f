import type { Stage } from '../stage/stage.ts'

/** Something that goes wrong, and how it comes right again. */
export interface Scenario {
  readonly name: string
  /** Done under load, a while before. */
  readonly prepare?: (stage: Stage) => Promise<void>
  readonly begin: (stage: Stage) => Promise<void>
  readonly end: (stage: Stage) => Promise<void>
  /** Begins and ends again and again, this many milliseconds apart, instead of once. */
  readonly everyMs?: number
}
