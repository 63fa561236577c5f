import { StoreUnavailableError } from '../errors.ts'
import type { Breaker } from './breaker.ts'
import type { TellNews } from './chain-events.ts'
import { type Bearing, chooseCourse, type Course, headingOf, isCovered, type Place, type Situation } from './course.ts'
import { createDuties, type Duties, type DutiesOptions } from './duties.ts'
import type { ChainLinks, ResolvedFailoverOptions } from './failover-options.ts'
import { createFirstWatch, type Expectation, RESTARTED } from './first-watch.ts'
import type { Ledger, Term } from './ledger.ts'
import { createLedgerWatch, type LedgerWatch } from './ledger-watch.ts'
import { hasNoRoom, reasonOf, sleep } from './link-calls.ts'
import type { Mirror } from './mirror.ts'
import type { Presence } from './presence.ts'
import { createTurns } from './turns.ts'

/** Decides which link serves, together with the other instances. */
export interface Helm {
  readonly breakers: { readonly first: Breaker; readonly second: Breaker | undefined }
  /** Where an operation that began now would go, or wait for. */
  readonly heading: Place
  /** The second link lacks what the first has. */
  readonly isBehind: boolean
  /** Whether the first link may be read to complete the mirror. */
  readonly firstServes: boolean
  /** Whether the second link takes writes. */
  readonly secondAnswers: boolean
  /** No durable link served a moment ago: other instances may still have to bring what they took in meanwhile. */
  readonly mayMiss: boolean
  /**
   * The link that serves; where that is being decided, a promise of it.
   *
   * @param until - By the monotonic clock.
   * @throws {StoreUnavailableError} KEYTURN_STORE_UNAVAILABLE: none does, or not in time.
   */
  bearing(until: number): Bearing | Promise<Bearing>
  /** Whether what was done under a bearing counts: nobody can have gone by another until now. */
  confirm(bearing: Bearing, until: number): boolean | Promise<boolean>
  /** An operation on this link takes long. */
  suspect(link: string): void
  /** A link failed an operation. Resolves when it is known whether the link itself failed. */
  doubt(place: Place, error: unknown): Promise<'sound' | 'lost'>
  /** The bringing up of the first link stops: a write did not reach it. */
  abortReturn(): Promise<void>
  close(): Promise<void>
}

/** What a chain with a second durable link has beside. */
export interface HelmSecond extends Pick<DutiesOptions, 'second' | 'ledger' | 'mirror' | 'presence' | 'reconcile' | 'catchUp'> {
  readonly ledger: Ledger
  readonly mirror: Mirror
  readonly presence: Presence
}

export interface HelmOptions {
  readonly links: ChainLinks
  readonly settings: ResolvedFailoverOptions
  readonly instance: string
  readonly tell: TellNews
  readonly followed: HelmSecond | undefined
  /** Nobody waits for the first link any more. */
  readonly onFirstLeft: () => void
  /** Moves what the last link took in to the link that serves now. */
  readonly moveUp: (place: 'first' | 'second') => Promise<void>
}

/** A term that nobody has changed for this long is known to every instance. */
const SETTLED_MS = 60_000
/** In time limits: an instance that is cut off for as long as others are finds its way back within this. */
const GRACE_LIMITS = 3

export function createHelm({ links, settings, instance, tell, followed, onFirstLeft, moveUp }: HelmOptions): Helm {
  const { first, last } = links
  const { clock, leaseMs, maxDelayMs, timeoutMs, monotonicMs } = settings
  const graceMs = GRACE_LIMITS * timeoutMs
  const quietMs = Math.min(timeoutMs, 2 * leaseMs)
  const turns = createTurns(settings.name, clock)
  const firstWatch = createFirstWatch({ first, settings, instance, tell, expected, onChecked: changed, onLost: onFirstLeft })
  const ledgerWatch = followed && watchLedger(followed)
  const duties = followed && ledgerWatch && takeDuties(followed, ledgerWatch)
  let actFrom = 0
  let epoch = 0
  let ordinary: Bearing = { place: 'first', dual: false, epoch }
  let settling = 0
  let isLastUsed = false
  let headedLastAt = Number.NEGATIVE_INFINITY
  let wasLast = false
  let quietUntil = Number.NEGATIVE_INFINITY
  let secondBackAt = Number.NEGATIVE_INFINITY
  let served: string | undefined
  let started: Promise<void> | undefined
  let moving: Promise<void> | undefined
  let cancelTick: (() => void) | undefined
  let closed = false

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
      onAnswer() {
        secondBackAt = monotonicMs()
        mirror.resume()
        presence.tell()
        // What overflowed is told of when all sessions were gone through.
        if (mirror.overflowed || heading() !== 'first') return
        void mirror.drain().then(() => tell({ type: 'mirror-caught-up', link: second.name }), () => undefined)
      },
      onLoss() {
        mirror.pause()
        presence.tell()
        if (heading() === 'first') tell({ type: 'mirror-behind', link: second.name, pending: mirror.pending })
      },
      onLooked: changed,
    })
  }

  function takeDuties(others: HelmSecond, watch: LedgerWatch): Duties {
    const onDone = (): void => turns.signal()
    return createDuties({ ...others, first, settings, firstWatch, ledgerWatch: watch, tell, isBehind, onDone })
  }

  function expected(): Expectation {
    const term = ledgerWatch?.term
    if (term === undefined) return 'any'
    return term.stage === 'first' ? { generation: term.generation } : 'held'
  }

  /** What the second link lacks may be anything, the end of a session too: it is not served from. */
  function isBehind(): boolean {
    if (followed === undefined || ledgerWatch === undefined) return false
    // The second link was away from others too, and they still hold what it misses.
    if (monotonicMs() < secondBackAt + graceMs) return true
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
    ordinary = { place: 'first', dual: false, epoch }
    actFrom = monotonicMs() + waitMs
    clock.setTimer(turns.signal, waitMs + 1)
    settling++
    const drained = followed?.mirror.drain() ?? Promise.resolve()
    void drained.catch(() => undefined).finally(() => {
      settling--
      turns.signal()
    })
  }

  function situation(): Situation {
    return {
      // While memory serves nobody waits for the outcome of a probe.
      first: last !== undefined && firstWatch.isProbing ? 'open' : firstWatch.breaker.state,
      second: ledgerWatch?.breaker.state,
      hasLast: last !== undefined,
      term: ledgerWatch?.term,
      hasLease: ledgerWatch?.hasLease ?? true,
      isChanging: monotonicMs() < actFrom || settling > 0,
      isBehind,
      epoch,
    }
  }

  function heading(): Place {
    return headingOf(situation())
  }

  /** What is so nearly always, and asked twice of every operation. */
  function isOrdinary(): boolean {
    if (isLastUsed || monotonicMs() < quietUntil || firstWatch.breaker.state !== 'closed' || started === undefined) return false
    if (ledgerWatch === undefined) return true
    const { state } = ledgerWatch.breaker
    return (
      (state === 'closed' || state === 'reconciling') &&
      ledgerWatch.term?.stage === 'first' &&
      ledgerWatch.hasLease &&
      settling === 0 &&
      monotonicMs() >= actFrom
    )
  }

  function course(): Course {
    if (isOrdinary()) return ordinary
    const found = chooseCourse(situation())
    if (found === 'wait' || found === 'none' || found.place === 'last') return found
    if (isLastUsed) void moveUpTo(found.place)
    return isLastUsed || monotonicMs() < quietUntil ? 'wait' : found
  }

  function bearing(until: number): Bearing | Promise<Bearing> {
    return served === first.name && !closed && isOrdinary() ? ordinary : decide(until)
  }

  async function decide(until: number): Promise<Bearing> {
    started ??= start()
    for (;;) {
      const found = course()
      if (found === 'none' || closed) throw new StoreUnavailableError(settings.name, whyNone())
      if (found !== 'wait') return announce(found)
      await turns.next(until - monotonicMs())
    }
  }

  function whyNone(): string {
    return firstWatch.breaker.reason ?? ledgerWatch?.breaker.reason ?? 'NONE'
  }

  function announce(found: Bearing): Bearing {
    const { place } = found
    if (place === 'last') isLastUsed = true
    const link = links[place]
    if (link === undefined || served === link.name) return found
    if (served !== undefined || place !== 'first') tell({ type: 'serving', link: link.name })
    if (place === 'last') tell({ type: 'memory-serving', link: link.name })
    served = link.name
    return found
  }

  function moveUpTo(place: 'first' | 'second'): Promise<void> {
    moving ??= moveUp(place)
      .then(
        () => void (isLastUsed = false),
        (error: unknown) => doubt(place, error).then(() => sleep(clock, maxDelayMs)),
      )
      .finally(() => {
        moving = undefined
        turns.signal()
      })
    return moving
  }

  async function start(): Promise<void> {
    await firstWatch.check()
    followed?.presence.tell()
    tick()
  }

  function tick(): void {
    if (closed) return
    cancelTick = clock.setTimer(tick, leaseMs / 2)
    // The sooner all instances are back from their memories, the less they miss of each other.
    if (wasLast && firstWatch.breaker.state === 'open') void firstWatch.check()
    if (ledgerWatch === undefined) attend()
    else void ledgerWatch.look()
  }

  function changed(): void {
    const isLast = heading() === 'last'
    if (isLast) headedLastAt = monotonicMs()
    else if (wasLast) beQuiet()
    wasLast = isLast
    // Nobody may ask for a while, and others wait for what this instance took in.
    if (!isLast && isLastUsed) course()
    turns.signal()
    attend()
  }

  /** Others find the durable links about as soon, and bring what they took in: first of all what ended. */
  function beQuiet(): void {
    quietUntil = monotonicMs() + quietMs
    clock.setTimer(turns.signal, quietMs + 1)
  }

  function attend(): void {
    if (closed || started === undefined) return
    if (duties !== undefined) return duties.attend()
    const { state, due } = firstWatch.breaker
    if (state === 'open' && due) void firstWatch.check()
  }

  async function doubt(place: Place, error: unknown): Promise<'sound' | 'lost'> {
    if (place === 'last') return 'sound'
    const reason = reasonOf(error)
    if (hasNoRoom(error)) refuse(place, reason)
    else if (place === 'first') await firstWatch.doubt(reason)
    else await ledgerWatch?.doubt()
    const breaker = place === 'first' ? firstWatch.breaker : ledgerWatch?.breaker
    return breaker?.state === 'open' ? 'lost' : 'sound'
  }

  /** A full second link that serves goes on doing so: nobody else has what it has, and most of what is asked are reads. */
  function refuse(place: 'first' | 'second', reason: string): void {
    if (place === 'first') firstWatch.refused(reason)
    else if (ledgerWatch?.term?.stage === 'first') ledgerWatch.refused(reason)
  }

  return {
    breakers: { first: firstWatch.breaker, second: ledgerWatch?.breaker },
    get heading() {
      return heading()
    },
    get isBehind() {
      const { second, term } = situation()
      return second === 'open' || (term?.stage === 'first' && isBehind())
    },
    get firstServes() {
      return started !== undefined && firstWatch.breaker.state === 'closed'
    },
    get secondAnswers() {
      const state = ledgerWatch?.breaker.state
      return state === 'closed' || state === 'reconciling'
    },
    get mayMiss() {
      return last !== undefined && monotonicMs() < headedLastAt + graceMs
    },
    bearing,
    confirm(done, until) {
      const now = course()
      if (now !== 'wait' && now !== 'none') return isCovered(done, now)
      return decide(until).then((found) => isCovered(done, found))
    },
    suspect(link) {
      if (link === first.name) firstWatch.suspect()
    },
    doubt,
    async abortReturn() {
      if (ledgerWatch?.term?.stage === 'returning') await ledgerWatch.write('second').catch(() => undefined)
    },
    async close() {
      closed = true
      cancelTick?.()
      turns.signal()
      await Promise.allSettled([firstWatch.close(), ledgerWatch?.close(), duties?.close(), moving])
    },
  }
}

function isFirst({ stage }: Term): boolean {
  return stage === 'first'
}
