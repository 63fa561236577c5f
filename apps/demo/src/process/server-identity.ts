import { randomUUID } from 'node:crypto'

/** What tells this process from the one before it. */
export interface ServerIdentity {
  readonly pid: number
  readonly startedAt: number
  readonly instance: string
}

export const identity: ServerIdentity = Object.freeze({ pid: process.pid, startedAt: Date.now(), instance: randomUUID() })
