import type { Finding } from './session-model.ts'

/** A request that got no good answer. Times are milliseconds of the load's clock. */
export interface FailedRequest {
  readonly begunAt: number
  readonly endedAt: number
  /** Status of the answer, or the code of what went wrong on the line. */
  readonly reason: string
  /** The server was killed while it worked on it: nothing could have answered. */
  readonly cutOff: boolean
}

/** All that the users of one scenario met with. */
export interface Tally {
  requests: number
  signIns: number
  writes: number
  ended: number
  slowestMs: number
  readonly failed: FailedRequest[]
  readonly findings: Finding[]
}

export function createTally(): Tally {
  return { requests: 0, signIns: 0, writes: 0, ended: 0, slowestMs: 0, failed: [], findings: [] }
}
