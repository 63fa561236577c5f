import type { TellNews } from './chain-events.ts'
import type { Place } from './course.ts'
import { createDuties, type DutiesOptions } from './duties.ts'
import type { ResolvedFailoverOptions } from './failover-options.ts'
import { createFirstWatch, type Expectation, type FirstWatch, RESTARTED } from './first-watch.ts'
import { GRACE_LIMITS } from './last-stay.ts'
import type { Term } from './ledger.ts'
import { createLedgerWatch, type LedgerWatch } from './ledger-watch.ts'
import type { SessionStore } from '../store.ts'

/** What is known of the durable links, and since when nobody can go by anything else. */
export interface LinkWatches {
  readonly first: FirstWatch
  /** `undefined` in a chain without a second durable link. */
  readonly ledger: LedgerWatch | undefined
  /** Counts changes of links. */
  readonly epoch: number
  /** Others may still go by the former term, or the mirror is being emptied. */
  readonly isChanging: boolean
  /** What the second link lacks may be anything, the end of a session too: it is not served from. */
  isBehind(): boolean
  /** Does what is to be done for all instances, if anything. */
  attend(): void
  close(): Promise<void>
}

/** What a chain with a second durable link has beside. */
export type HelmSecond = Pick<DutiesOptions, 'second' | 'ledger' | 'mirror' | 'presence' | 'reconcile' | 'catchUp'>

export interface LinkWatchesOptions {
  readonly first: SessionStore
  readonly settings: ResolvedFailoverOptions
  readonly instance: string
  readonly tell: TellNews
  readonly followed: HelmSecond | undefined
  readonly heading: () => Place
  /** Something is known that was not known before. */
  readonly onLooked: () => void
  /** A change of links, or a duty, has come to its end. */
  readonly onSettled: () => void
  /** Nobody waits for the first link any more. */
  readonly onFirstLeft: () => void
}

/** A term that nobody has changed for this long is known to every instance. */
const SETTLED_MS = 60_000

export function createLinkWatches(options: LinkWatchesOptions): LinkWatches {
  const { first, settings, instance, tell, followed, heading, onLooked, onSettled, onFirstLeft } = options
  const { clock, timeoutMs, monotonicMs } = settings
  const firstWatch = createFirstWatch({ first, settings, instance, tell, expected, onChecked: onLooked, onLost: onFirstLeft })
  const ledgerWatch = followed && watchLedger(followed)
  const duties =
    followed && ledgerWatch && createDuties({ ...followed, first, settings, firstWatch, ledgerWatch, tell, isBehind, onDone: onSettled })
  let actFrom = 0
  let epoch = 0
  let settling = 0
  let secondBackAt = Number.NEGATIVE_INFINITY

  function watchLedger({ second, ledger, mirror, presence }: HelmSecond): LedgerWatch {
    return createLedgerWatch({
      first,
      second,
      ledger,
      settings,
      tell,
      generation: () => firstWatch.generation,
      onTerm: turnTo,
      tryWrites: () => mirror.tryBatch(),
      onAnswer(wasLost) {
        secondBackAt = monotonicMs()
        mirror.resume()
        presence.tell()
        // What overflowed is told of when all sessions were gone through.
        if (!wasLost || mirror.overflowed || heading() !== 'first') return
        void mirror.drain().then(() => tell({ type: 'mirror-caught-up', link: second.name }), () => undefined)
      },
      onLoss() {
        mirror.pause()
        presence.tell()
        if (heading() === 'first') tell({ type: 'mirror-behind', link: second.name, pending: mirror.pending })
      },
      onLooked,
    })
  }

  function expected(): Expectation {
    const term = ledgerWatch?.term
    if (term === undefined) return 'any'
    return term.stage === 'first' ? { generation: term.generation } : 'held'
  }

  function isBehind(): boolean {
    if (followed === undefined || ledgerWatch === undefined) return false
    // The second link was away from others too, and they still hold what it misses.
    if (monotonicMs() < secondBackAt + GRACE_LIMITS * timeoutMs) return true
    // What the first link lost is nowhere else: there is nothing to wait for.
    if (firstWatch.breaker.reason === RESTARTED) return false
    return ledgerWatch.term?.behind === true || followed.presence.othersBehind || followed.mirror.overflowed
  }

  /** Who went by something else stops at once; nobody begins before all have stopped. */
  function turnTo(found: Term, former: Term | undefined, waitMs: number): void {
    const isNews = former === undefined ? isRecent(found) : isFirst(former) !== isFirst(found)
    if (isNews) changeSides(waitMs)
    if (!isFirst(found)) {
      if (firstWatch.breaker.state === 'closed') firstWatch.breaker.open('HELD')
      if (isNews) onFirstLeft()
      return
    }
    if (former !== undefined && !isFirst(former)) void firstWatch.check()
    if (former === undefined && firstWatch.breaker.state === 'closed') firstWatch.judge()
  }

  function isRecent({ since, version, leader }: Term): boolean {
    if (version === 1 && leader === instance) return false
    return clock.now() - since < SETTLED_MS
  }

  function changeSides(waitMs: number): void {
    epoch++
    actFrom = monotonicMs() + waitMs
    clock.setTimer(onSettled, waitMs + 1)
    settling++
    const drained = followed?.mirror.drain() ?? Promise.resolve()
    void drained.catch(() => undefined).finally(() => {
      settling--
      onSettled()
    })
  }

  return {
    first: firstWatch,
    ledger: ledgerWatch,
    get epoch() {
      return epoch
    },
    get isChanging() {
      return settling > 0 || monotonicMs() < actFrom
    },
    isBehind,
    attend() {
      if (duties !== undefined) return duties.attend()
      const { state, due } = firstWatch.breaker
      if (state === 'open' && due) void firstWatch.check()
    },
    async close() {
      await Promise.allSettled([firstWatch.close(), ledgerWatch?.close(), duties?.close()])
    },
  }
}

function isFirst({ stage }: Term): boolean {
  return stage === 'first'
}
