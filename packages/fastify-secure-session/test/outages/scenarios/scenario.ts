import type { UserHabits } from '../load/virtual-user.ts'
import type { Stage, StageNeeds } from '../stage/stage.ts'

/** Something that goes wrong, and how it comes right again. */
export interface Scenario<AnyStage = Stage> {
  readonly name: string
  /** Done under load, a while before. */
  readonly prepare?: (stage: AnyStage) => Promise<void>
  readonly begin: (stage: AnyStage) => Promise<void>
  /** A second blow, once the instances are at home with the first. */
  readonly worsen?: (stage: AnyStage) => Promise<void>
  readonly end: (stage: AnyStage) => Promise<void>
  /** What it needs of the stage. */
  readonly needs?: StageNeeds
  /** What users do otherwise than in the other scenarios. */
  readonly habits?: UserHabits
  /** No durable store is left that takes them: requests are refused, which is no fault of the chain. */
  readonly refuses?: true
  /** Begins and ends again and again, this many milliseconds apart, instead of once. */
  readonly everyMs?: number
}
