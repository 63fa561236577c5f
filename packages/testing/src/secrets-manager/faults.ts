import type { SecretsManagerCall } from './calls.ts'
import type { OperationName } from './operations/operations.ts'

/** Something that goes wrong with calls that match all that is given. */
export interface Fault {
  readonly operation?: OperationName | readonly OperationName[]
  /** Name or ARN, as the caller wrote it. */
  readonly secretId?: string
  readonly accessKeyId?: string
  /** How many matching calls pass first. Default: 0. */
  readonly after?: number
  /** How many calls it strikes. Default: all. */
  readonly times?: number
  readonly effect: FaultEffect
}

export type FaultEffect =
  /** The service's answer, e.g. `ThrottlingException`, `AccessDeniedException`, `InternalServiceError`. */
  | { readonly error: string, readonly message?: string, readonly status?: number }
  /** The answer comes this much later. */
  | { readonly latencyMs: number }
  /** The connection breaks: before anything happened, or after it was done, so that the caller cannot know. */
  | { readonly disconnect: 'before' | 'after' }
  /** No answer ever comes; nothing is done. */
  | { readonly answer: 'never' }

export interface Faults {
  /** Returns a function that ends the fault. */
  add(fault: Fault): () => void
  clear(): void
  /** What strikes this call: latency adds up, of the rest the oldest fault's. */
  strike(call: SecretsManagerCall): { readonly latencyMs: number, readonly effect?: Exclude<FaultEffect, { latencyMs: number }> }
}

export function createFaults(): Faults {
  const active = new Map<Fault, { passed: number, struck: number }>()

  function isDue(fault: Fault, call: SecretsManagerCall): boolean {
    const count = active.get(fault)
    if (count === undefined || !matches(fault, call)) return false
    if (count.passed < (fault.after ?? 0)) {
      count.passed++
      return false
    }
    count.struck++
    if (count.struck >= (fault.times ?? Infinity)) active.delete(fault)
    return true
  }

  return {
    add(fault) {
      // Two faults that are written alike are still two.
      const own = { ...fault }
      active.set(own, { passed: 0, struck: 0 })
      return () => { active.delete(own) }
    },
    clear() { active.clear() },
    strike(call) {
      let latencyMs = 0
      for (const fault of active.keys()) {
        if (!isDue(fault, call)) continue
        if (!('latencyMs' in fault.effect)) return { latencyMs, effect: fault.effect }
        latencyMs += fault.effect.latencyMs
      }
      return { latencyMs }
    },
  }
}

function matches({ operation, secretId, accessKeyId }: Fault, call: SecretsManagerCall): boolean {
  return (operation === undefined || [operation].flat().includes(call.operation))
    && (secretId === undefined || secretId === call.secretId)
    && (accessKeyId === undefined || accessKeyId === call.accessKeyId)
}
