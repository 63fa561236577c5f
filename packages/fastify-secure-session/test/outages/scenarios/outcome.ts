import type { Finding } from '../model/session-model.ts'
import type { FailedRequest, Tally } from '../model/tally.ts'

/** When something was changed from outside: from the order until it was done. */
export interface Edge {
  readonly from: number
  readonly to: number
}

export interface Count {
  readonly total: number
  /** Of these, what was acknowledged less than the window before a fault. */
  readonly inWindow: number
}

/** What one scenario came to. Times in milliseconds. */
export interface Outcome {
  readonly name: string
  readonly requests: number
  readonly signIns: number
  readonly writes: number
  readonly ended: number
  readonly loggedOut: Count
  readonly writesLost: Count
  readonly cameBack: Count
  readonly errors: {
    readonly total: number
    /** Of requests that began later than the time limit after the last change: the chain should have known by then. */
    readonly late: number
    /** Requests that a killed server worked on. */
    readonly cutOff: number
    readonly byReason: Readonly<Record<string, number>>
  }
  readonly longestPauseMs: number
  /** From the end of the fault until every instance said that all is well. */
  readonly recoveredMs: number
}

/** Default `timeoutMs` of the chain, and twice its `mirror.maxDelayMs`: a write waits, and then is on its way. */
const TIMEOUT_MS = 1000
const WINDOW_MS = 100

export interface ScenarioFacts {
  readonly name: string
  readonly tally: Tally
  readonly edges: readonly Edge[]
  readonly recoveredMs: number
}

export function toOutcome({ name, tally, edges, recoveredMs }: ScenarioFacts): Outcome {
  const { requests, signIns, writes, ended, failed, findings, slowestMs } = tally
  const count = (kind: Finding['kind']): Count => {
    const found = findings.filter((finding) => finding.kind === kind)
    return { total: found.length, inWindow: found.filter(({ owedSince }) => isInWindow(owedSince, edges)).length }
  }
  const answered = failed.filter(({ cutOff }) => !cutOff)
  return {
    name,
    requests,
    signIns,
    writes,
    ended,
    loggedOut: count('logged-out'),
    writesLost: count('write-lost'),
    cameBack: count('came-back'),
    errors: {
      total: answered.length,
      late: answered.filter((request) => isLate(request, edges)).length,
      cutOff: failed.length - answered.length,
      byReason: Object.fromEntries(Object.entries(Object.groupBy(answered, ({ reason }) => reason)).map(([reason, all = []]) => [reason, all.length])),
    },
    longestPauseMs: Math.round(slowestMs),
    recoveredMs: Math.round(recoveredMs),
  }
}

function isInWindow(at: number, edges: readonly Edge[]): boolean {
  return edges.some(({ from, to }) => at >= from - WINDOW_MS && at <= to)
}

function isLate({ begunAt, endedAt }: FailedRequest, edges: readonly Edge[]): boolean {
  return !edges.some(({ from, to }) => endedAt >= from && begunAt <= to + TIMEOUT_MS)
}
