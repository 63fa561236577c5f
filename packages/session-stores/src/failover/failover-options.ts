import { type Clock, systemClock } from '@keyturn/token-crypto'
import { assertNoProblems, type Problem, text, unknownNames, wholeNumber } from '../option-rules.ts'
import type { SessionStore } from '../store.ts'
import type { ChainEvent } from './chain-events.ts'

export interface FailoverOptions {
  /** Name of the chain in events. Default `failover`. */
  readonly name?: string
  /** Longest wait for one link, milliseconds. Default 1000. */
  readonly timeoutMs?: number
  /**
   * How long an instance may go by its last look at the ledger, milliseconds: it looks twice as often. Every change of
   * links pauses for this long. Default 500.
   */
  readonly leaseMs?: number
  readonly mirror?: {
    /** Longest time a write waits for its batch, milliseconds. Default 50. */
    readonly maxDelayMs?: number
    /** Most sessions that wait; then writers wait too. Default 10 000. */
    readonly maxPending?: number
    /** Most sessions of one batch, and of one step of reconciling. Default 500. */
    readonly batchSize?: number
  }
  readonly breaker?: {
    /** Probes in a row that fail before a link is left. Default 1. */
    readonly failures?: number
    /** Pause before a link that failed is probed, milliseconds; doubled each time, up to 30 times as long. Default 1000. */
    readonly cooldownMs?: number
    /** Part of the pause that is random, 0 to 1. Default 0.2. */
    readonly jitter?: number
  }
  /** Called with each event, beside the channel `keyturn:chain`. */
  readonly onEvent?: (event: ChainEvent) => void
  /** Whether `close` closes the links too. Default `true`. */
  readonly ownsLinks?: boolean
  readonly clock?: Clock
}

export interface ResolvedFailoverOptions {
  readonly name: string
  readonly timeoutMs: number
  readonly leaseMs: number
  readonly maxDelayMs: number
  readonly maxPending: number
  readonly batchSize: number
  readonly failures: number
  readonly cooldownMs: number
  readonly jitter: number
  readonly onEvent: ((event: ChainEvent) => void) | undefined
  readonly ownsLinks: boolean
  readonly clock: Clock
  /** Milliseconds that never go back: what leases are measured by. */
  readonly monotonicMs: () => number
}

/** The roles of the links. */
export interface ChainLinks {
  readonly all: readonly SessionStore[]
  readonly first: SessionStore
  /** Durable: it mirrors the first, and holds the ledger. */
  readonly second: SessionStore | undefined
  /** Ends with this process: for emergencies. */
  readonly last: SessionStore | undefined
}

const NAMES = ['name', 'timeoutMs', 'leaseMs', 'mirror', 'breaker', 'onEvent', 'ownsLinks', 'clock']
const MIRROR_NAMES = ['maxDelayMs', 'maxPending', 'batchSize']
const BREAKER_NAMES = ['failures', 'cooldownMs', 'jitter']
const HOUR_MS = 3_600_000

/** @throws {TypeError} Names every option that is wrong. */
export function resolveFailoverOptions(options: FailoverOptions): ResolvedFailoverOptions {
  const { mirror = {}, breaker = {}, clock = systemClock } = options
  const resolved: ResolvedFailoverOptions = {
    name: options.name ?? 'failover',
    timeoutMs: options.timeoutMs ?? 1000,
    leaseMs: options.leaseMs ?? 500,
    maxDelayMs: mirror.maxDelayMs ?? 50,
    maxPending: mirror.maxPending ?? 10_000,
    batchSize: mirror.batchSize ?? 500,
    failures: breaker.failures ?? 1,
    cooldownMs: breaker.cooldownMs ?? 1000,
    jitter: breaker.jitter ?? 0.2,
    onEvent: options.onEvent,
    ownsLinks: options.ownsLinks ?? true,
    clock,
    monotonicMs: clock === systemClock ? () => performance.now() : () => clock.now(),
  }
  assertNoProblems('createFailoverStore', [
    unknownNames(options, NAMES),
    unknownNames(mirror, MIRROR_NAMES),
    unknownNames(breaker, BREAKER_NAMES),
    text('name', resolved.name),
    wholeNumber('timeoutMs', resolved.timeoutMs, { min: 10, max: HOUR_MS }),
    wholeNumber('leaseMs', resolved.leaseMs, { min: 20, max: HOUR_MS }),
    wholeNumber('mirror.maxDelayMs', resolved.maxDelayMs, { min: 1, max: HOUR_MS }),
    wholeNumber('mirror.maxPending', resolved.maxPending, { min: 1, max: 10_000_000 }),
    wholeNumber('mirror.batchSize', resolved.batchSize, { min: 1, max: 10_000 }),
    wholeNumber('breaker.failures', resolved.failures, { min: 1, max: 100 }),
    wholeNumber('breaker.cooldownMs', resolved.cooldownMs, { min: 1, max: HOUR_MS }),
    resolved.jitter >= 0 && resolved.jitter <= 1 ? undefined : 'breaker.jitter must be a number from 0 to 1',
    resolved.onEvent === undefined || typeof resolved.onEvent === 'function' ? undefined : 'onEvent must be a function',
    typeof resolved.ownsLinks === 'boolean' ? undefined : 'ownsLinks must be true or false',
  ])
  return Object.freeze(resolved)
}

/** @throws {TypeError} Names everything that is wrong with the links. */
export function resolveLinks(links: readonly SessionStore[]): ChainLinks {
  const all: readonly SessionStore[] = Array.isArray(links) ? [...(links as SessionStore[])] : []
  assertNoProblems('createFailoverStore', [
    all.every((link) => typeof link?.get === 'function' && typeof link.supports === 'object')
      ? undefined
      : 'every link must be a session store',
  ])
  const last = all.length > 1 && all.at(-1)?.supports.durable === false ? all.at(-1) : undefined
  const durable = last === undefined ? all : all.slice(0, -1)
  assertNoProblems('createFailoverStore', [
    all.length >= 2 && durable.length >= 1 && durable.length <= 2
      ? undefined
      : 'give one or two durable stores, and behind them at most one that is not durable: two links or three',
    new Set(all.map((link) => link.name)).size === all.length ? undefined : 'the names of the links must differ',
    ...durable.map((link) => lacking(link, ['durable', 'scan', 'owners'])),
    last === undefined ? undefined : lacking(last, ['scan']),
  ])
  return Object.freeze({ all, first: durable[0] as SessionStore, second: durable[1], last })
}

function lacking(link: SessionStore, needed: readonly ('durable' | 'scan' | 'owners')[]): Problem {
  const missing = needed.filter((capability) => !link.supports[capability])
  return missing.length === 0 ? undefined : `the link ${link.name} must support ${missing.join(' and ')}`
}
