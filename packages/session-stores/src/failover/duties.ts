import { StoreUnavailableError } from '../errors.ts'
import type { SessionStore } from '../store.ts'
import type { TellNews } from './chain-events.ts'
import type { ResolvedFailoverOptions } from './failover-options.ts'
import type { FirstWatch } from './first-watch.ts'
import type { Ledger, Stage } from './ledger.ts'
import type { LedgerWatch } from './ledger-watch.ts'
import { limitWait, reasonOf, sleep } from './link-calls.ts'
import type { Mirror } from './mirror.ts'
import type { Presence } from './presence.ts'
import type { PassResult } from './reconcile.ts'

/** What an instance does for all of them, one thing at a time. */
export interface Duties {
  /** Does what is to be done now, if anything. */
  attend(): void
  close(): Promise<void>
}

export interface DutiesOptions {
  readonly first: SessionStore
  readonly second: SessionStore
  readonly settings: ResolvedFailoverOptions
  readonly firstWatch: FirstWatch
  readonly ledgerWatch: LedgerWatch
  readonly ledger: Ledger
  readonly mirror: Mirror
  readonly presence: Presence
  readonly tell: TellNews
  readonly isBehind: () => boolean
  readonly onDone: () => void
  /** Brings the first link up from the second, both ways. */
  readonly reconcile: (signal: AbortSignal) => Promise<PassResult>
  /** Brings the second link up from the first. */
  readonly catchUp: (signal: AbortSignal) => Promise<PassResult>
}

const RENEW_MS = 1000
/** A leader that has not renewed its term for this long is gone. */
const STALLED_MS = 10_000

export function createDuties(options: DutiesOptions): Duties {
  const { first, second, settings, firstWatch, ledgerWatch, ledger, mirror, presence, tell } = options
  const { clock, cooldownMs, leaseMs, timeoutMs, monotonicMs } = settings
  const holdMs = 4 * cooldownMs + 2 * timeoutMs + 4 * leaseMs
  const stop = new AbortController()
  let working: Promise<void> | undefined
  let isLeading = false

  const within = <T>(work: Promise<T>): Promise<T> => limitWait(work, timeoutMs, second.name, clock)

  function attend(): void {
    if (stop.signal.aborted || working !== undefined) return
    const task = nextTask()
    if (task === undefined) return
    working = task()
      .catch((error: unknown) => {
        if (error instanceof StoreUnavailableError && error.store === second.name) void ledgerWatch.look()
      })
      .finally(() => {
        working = undefined
        options.onDone()
      })
  }

  function nextTask(): (() => Promise<void>) | undefined {
    const { term, breaker, hasLease } = ledgerWatch
    const isLost = firstWatch.breaker.state === 'open'
    const probeIfDue = isLost && firstWatch.breaker.due ? () => firstWatch.check() : undefined
    if (breaker.state === 'open') return probeIfDue
    if (term === undefined || !hasLease) return undefined
    if (term.stage === 'second') return firstWatch.breaker.due ? tryToReturn : renewHoldIfDue()
    if (term.stage === 'returning') return isLeaderless(term.leader) ? () => ledgerWatch.write('second') : undefined
    if (isLost) return options.isBehind() ? probeIfDue : leaveFirst
    const isOwed = term.behind || mirror.overflowed || presence.dead.length > 0
    return isOwed && isLeaderless(term.leader) ? bringSecondUp : undefined
  }

  function isLeaderless(leader: string): boolean {
    if (isLeading) return false
    return leader === ledger.instance || ledgerWatch.termAgeMs > STALLED_MS
  }

  async function leaveFirst(): Promise<void> {
    await ledgerWatch.write('second', { behind: false })
    await holdFirst()
  }

  function holdFirst(): Promise<void> {
    return within(ledger.hold(holdMs))
  }

  /** The pause between two probes may be longer than a hold lasts. */
  function renewHoldIfDue(): (() => Promise<void>) | undefined {
    const { holdLeftMs } = ledger
    return holdLeftMs !== undefined && holdLeftMs < holdMs / 2 ? holdFirst : undefined
  }

  /** One that cannot reach the first link keeps all from returning to it. */
  async function tryToReturn(): Promise<void> {
    await firstWatch.check()
    if (firstWatch.breaker.state !== 'reconciling') return holdFirst()
    await within(ledger.release())
    const others = [...ledgerWatch.holders].filter((holder) => holder !== ledger.instance)
    if (others.length > 0 || ledgerWatch.term?.stage !== 'second') return firstWatch.breaker.open('HELD')
    await lead('returning', {}, bringFirstUp)
  }

  async function bringFirstUp(aborted: AbortSignal): Promise<void> {
    const before = firstWatch.generation
    // From now on everybody's writes reach both links.
    await sleep(clock, leaseMs)
    const result = await options.reconcile(aborted)
    const generation = await firstWatch.readGeneration()
    if (generation !== before) throw new StoreUnavailableError(first.name, 'RESTARTED')
    aborted.throwIfAborted()
    await ledgerWatch.write('first', { generation, behind: false })
    tell({ type: 'reconciled', link: first.name, ...result })
  }

  async function bringSecondUp(): Promise<void> {
    const dead = presence.dead
    const behind = ledgerWatch.term?.behind === true || mirror.overflowed
    await lead('first', { behind }, async (aborted) => {
      mirror.clearOverflow()
      ledgerWatch.breaker.reconcile()
      const result = await options.catchUp(aborted)
      await mirror.drain()
      if (mirror.overflowed) return
      await presence.bury(dead)
      await ledgerWatch.write('first', { behind: false })
      presence.tell()
      ledgerWatch.breaker.close()
      tell({ type: 'reconciled', link: second.name, ...result })
      if (behind) tell({ type: 'mirror-caught-up', link: second.name })
    })
  }

  /** Writes the stage, renews it while the work goes on, and stops the work when another instance has written. */
  async function lead(
    stage: Stage,
    changes: { readonly behind?: boolean },
    work: (aborted: AbortSignal) => Promise<void>,
  ): Promise<void> {
    await ledgerWatch.write(stage, changes)
    const abort = new AbortController()
    isLeading = true
    const renewing = renew(abort, stage)
    try {
      await work(AbortSignal.any([abort.signal, stop.signal]))
    } catch (error) {
      if (stop.signal.aborted || ledgerWatch.term?.stage !== 'returning') return
      firstWatch.breaker.open(reasonOf(error))
      await ledgerWatch.write('second')
    } finally {
      abort.abort()
      isLeading = false
      await renewing
    }
  }

  async function renew(abort: AbortController, stage: Stage): Promise<void> {
    let renewedAt = monotonicMs()
    for (;;) {
      await sleep(clock, leaseMs / 2)
      if (abort.signal.aborted || stop.signal.aborted) return
      const { term } = ledgerWatch
      if (term?.stage !== stage || term.leader !== ledger.instance) return abort.abort()
      if (monotonicMs() - renewedAt < RENEW_MS) continue
      renewedAt = monotonicMs()
      await ledgerWatch.write(stage).catch(() => undefined)
    }
  }

  return {
    attend,
    async close() {
      stop.abort()
      await working
      await within(ledger.release()).catch(() => undefined)
    },
  }
}
