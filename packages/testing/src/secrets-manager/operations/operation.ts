import type { Input } from '../input.ts'
import type { State } from '../state.ts'

export interface OperationContext {
  readonly state: State
  /** Epoch milliseconds. */
  readonly now: number
  readonly region: string
}

export interface OperationResult {
  /** Body of the answer; what is undefined is left out. */
  readonly output: Readonly<Record<string, unknown>>
  /** The new state; absent when nothing changed. */
  readonly state?: State
}

/** One operation of the service, without side effects. */
export interface Operation {
  /** Reads may see a state that is not the latest. */
  readonly kind: 'read' | 'write'
  /** @throws {AwsError} */
  run(input: Input, context: OperationContext): OperationResult
}

/** Times travel as epoch seconds. */
export function toSeconds(ms: number): number {
  return ms / 1000
}
