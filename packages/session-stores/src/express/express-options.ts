import { type Clock, systemClock } from '@keyturn/token-crypto'
import { assertNoProblems, unknownNames, wholeNumber } from '../option-rules.ts'
import type { ExpressStore } from './express-calls.ts'

export interface ExpressStoreOptions {
  /** An instance of any store for express-session. The application closes it. */
  readonly store: ExpressStore
  /** Name in logs and errors, lowercase. Default `express`. */
  readonly name?: string
  /** Longest wait for its answer, milliseconds. Default 2000. */
  readonly timeoutMs?: number
  readonly clock?: Clock
}

export interface ResolvedExpressStoreOptions {
  readonly store: ExpressStore
  readonly name: string
  readonly timeoutMs: number
  readonly clock: Clock
}

const NAMES = ['store', 'name', 'timeoutMs', 'clock']
const DAY_MS = 86_400_000

/** @throws {TypeError} Names every option that is wrong. */
export function resolveExpressStoreOptions(factory: string, options: ExpressStoreOptions): ResolvedExpressStoreOptions {
  const { store, name = 'express', timeoutMs = 2000, clock = systemClock } = options
  const methods = ['get', 'set', 'destroy'] as const
  assertNoProblems(factory, [
    unknownNames(options, NAMES),
    methods.every((method) => typeof store?.[method] === 'function') ? undefined : 'store must have get, set and destroy',
    /^[a-z][a-z0-9-]*$/.test(name) ? undefined : 'name must be lowercase letters, digits and hyphens',
    wholeNumber('timeoutMs', timeoutMs, { min: 1, max: DAY_MS }),
  ])
  return Object.freeze({ store, name, timeoutMs, clock })
}
