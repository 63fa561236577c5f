import { hash } from 'node:crypto'
import type { SessionStore } from '../store.ts'
import { type Breaker, createBreaker } from './breaker.ts'
import type { TellNews } from './chain-events.ts'
import type { ResolvedFailoverOptions } from './failover-options.ts'
import { limitWait, probe, reasonOf } from './link-calls.ts'

/** Why the first link is not in use although it answers: what it had acknowledged may be missing. */
export const RESTARTED = 'RESTARTED'

/**
 * What is asked of the first link: to be of a generation, to be left alone until it was brought up (`held`), or, where
 * nothing is known, only to answer.
 */
export type Expectation = { readonly generation: string } | 'held' | 'any'

/** Knows whether the first link can be used. */
export interface FirstWatch {
  readonly breaker: Breaker
  /** It is lost, and is asked whether it is back. */
  readonly isProbing: boolean
  /** Of the last check that it passed. */
  readonly generation: string | undefined
  /**
   * An operation takes long: beside it the link is asked whether it answers at all, so that it is known at once when the
   * time of that operation runs out, and nobody waits for a second time limit.
   */
  suspect(): void
  /** An operation failed on it, or a connection was lost. Resolves when it is known what that meant. */
  doubt(reason: string): Promise<void>
  /** It refused a write: nothing more need be asked. */
  refused(reason: string): void
  /** Looks whether it writes, reads back, and has lost nothing. */
  check(): Promise<void>
  /** The ledger says something else: the last check is judged by it. */
  judge(): void
  readGeneration(): Promise<string>
  /** Waits for what is under way. */
  close(): Promise<void>
}

export interface FirstWatchOptions {
  readonly first: SessionStore
  readonly settings: ResolvedFailoverOptions
  /** Name of this instance, under which it probes. */
  readonly instance: string
  readonly tell: TellNews
  readonly expected: () => Expectation
  readonly onChecked: () => void
  /** It is not to be waited for any more. */
  readonly onLost: () => void
}

/** An answer that came while this process was busy is read within this. */
const UNREAD_MS = 10

/** What was asked beside an operation that takes long. */
interface Suspicion {
  readonly answer: Promise<'answers' | 'failed'>
  readonly askedAt: number
}

export function createFirstWatch(options: FirstWatchOptions): FirstWatch {
  const { first, settings, instance, tell, expected, onChecked, onLost } = options
  const { clock, timeoutMs, failures, monotonicMs } = settings
  const breaker = createBreaker(settings)
  let generation: string | undefined
  let checking: Promise<void> | undefined
  let suspicion: Suspicion | undefined
  let doubts = 0
  let isKnownLost = false
  let closed = false
  const offDisconnect = first.onDisconnect?.(() => void doubt('DISCONNECTED'))

  async function doubt(reason: string): Promise<void> {
    doubts++
    if (breaker.state === 'closed') await check(reason)
    else await checking
  }

  function check(reason?: string): Promise<void> {
    if (closed) return Promise.resolve()
    breaker.halfOpen()
    checking ??= checkUntilSure(reason).finally(() => {
      checking = undefined
      onChecked()
    })
    return checking
  }

  function suspect(): void {
    if (closed || breaker.state !== 'closed' || checking !== undefined || suspicion !== undefined) return
    const answer = ask().then(
      () => 'answers' as const,
      () => 'failed' as const,
    )
    suspicion = { answer, askedAt: monotonicMs() }
    void answer.finally(() => (suspicion = undefined))
  }

  /**
   * Whether the link is silent to this operation and to the question that was asked beside it. One that was asked a moment
   * ago, for the sake of another operation, is given its time: this one may have waited for the other link.
   */
  async function isSilent(reason: string | undefined): Promise<boolean> {
    if (reason !== 'TIMEOUT' || suspicion === undefined) return false
    const leftMs = suspicion.askedAt + timeoutMs / 2 - monotonicMs()
    const answer = limitWait(suspicion.answer, Math.max(UNREAD_MS, leftMs), first.name, clock)
    return answer.then((outcome) => outcome === 'failed', () => true)
  }

  async function ask(): Promise<string> {
    const found = await readGeneration()
    await limitWait(probe(first, instance, clock), timeoutMs, first.name, clock)
    return found
  }

  async function checkUntilSure(reason: string | undefined): Promise<void> {
    let failed = (await isSilent(reason)) ? 1 : 0
    if (failed >= failures) return lose('TIMEOUT')
    for (;;) {
      const seen = doubts
      try {
        generation = await ask()
        // A connection was lost meanwhile: what was read may be of before.
        if (seen === doubts || closed) return judge()
      } catch (error) {
        if (++failed >= failures || closed) return lose(reason === 'TIMEOUT' ? reason : reasonOf(error))
      }
    }
  }

  async function readGeneration(): Promise<string> {
    if (first.generation === undefined) return ''
    return hash('sha256', await limitWait(first.generation(), timeoutMs, first.name, clock), 'base64url')
  }

  function judge(): void {
    const wanted = expected()
    if (wanted === 'held') return breaker.reconcile()
    if (wanted !== 'any' && wanted.generation !== generation) return lose(RESTARTED)
    breaker.close()
    if (isKnownLost) tell({ type: 'link-recovered', link: first.name })
    isKnownLost = false
  }

  function lose(reason: string): void {
    breaker.open(reason)
    onLost()
    if (isKnownLost || closed) return
    isKnownLost = true
    tell({ type: 'link-lost', link: first.name, reason })
  }

  return {
    breaker,
    get isProbing() {
      return isKnownLost && breaker.state === 'half-open'
    },
    get generation() {
      return generation
    },
    suspect,
    doubt,
    refused(reason) {
      if (closed || breaker.state !== 'closed') return
      lose(reason)
      onChecked()
    },
    check: () => check(),
    judge,
    readGeneration,
    async close() {
      closed = true
      offDisconnect?.()
      await Promise.all([checking, suspicion?.answer])
    },
  }
}
