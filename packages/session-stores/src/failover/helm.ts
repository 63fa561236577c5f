import { StoreUnavailableError } from '../errors.ts'
import type { Breaker } from './breaker.ts'
import type { TellNews } from './chain-events.ts'
import { type Bearing, chooseCourse, type Course, headingOf, isCovered, type Place, type Situation } from './course.ts'
import type { ChainLinks, ResolvedFailoverOptions } from './failover-options.ts'
import { createLastStay } from './last-stay.ts'
import { hasNoRoom, reasonOf } from './link-calls.ts'
import { createLinkWatches, type HelmSecond } from './link-watches.ts'
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

export function createHelm({ links, settings, instance, tell, followed, onFirstLeft, moveUp }: HelmOptions): Helm {
  const { first, last } = links
  const { clock, leaseMs, monotonicMs } = settings
  const turns = createTurns(settings.name, clock)
  const onSettled = (): void => turns.signal()
  const watches = createLinkWatches({ first, settings, instance, tell, followed, heading, onLooked: changed, onSettled, onFirstLeft })
  const stay = createLastStay({ settings, moveUp, onRefused: doubt, onChange: onSettled })
  let ordinary: Bearing = { place: 'first', dual: false, epoch: watches.epoch }
  let served: string | undefined
  let started: Promise<void> | undefined
  let cancelTick: (() => void) | undefined
  let closed = false

  function situation(): Situation {
    return {
      // While memory serves nobody waits for the outcome of a probe.
      first: last !== undefined && watches.first.isProbing ? 'open' : watches.first.breaker.state,
      second: watches.ledger?.breaker.state,
      hasLast: last !== undefined,
      term: watches.ledger?.term,
      hasLease: watches.ledger?.hasLease ?? true,
      isChanging: watches.isChanging,
      isBehind: watches.isBehind,
      epoch: watches.epoch,
    }
  }

  function heading(): Place {
    return headingOf(situation())
  }

  /** What is so nearly always, and asked twice of every operation. */
  function isOrdinary(): boolean {
    if (stay.isEnding || watches.first.breaker.state !== 'closed' || started === undefined) return false
    const { ledger } = watches
    if (ledger === undefined) return true
    const { state } = ledger.breaker
    const answers = state === 'closed' || state === 'reconciling'
    return answers && ledger.term?.stage === 'first' && ledger.hasLease && !watches.isChanging
  }

  function course(): Course {
    const { epoch } = watches
    if (isOrdinary()) return ordinary.epoch === epoch ? ordinary : (ordinary = { place: 'first', dual: false, epoch })
    const found = chooseCourse(situation())
    if (found === 'wait' || found === 'none' || found.place === 'last') return found
    if (stay.isOwed) stay.moveUp(found.place)
    return stay.isEnding ? 'wait' : found
  }

  function bearing(until: number): Bearing | Promise<Bearing> {
    const isAsEver = served === first.name && !closed && ordinary.epoch === watches.epoch && isOrdinary()
    return isAsEver ? ordinary : decide(until)
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
    return watches.first.breaker.reason ?? watches.ledger?.breaker.reason ?? 'NONE'
  }

  function announce(found: Bearing): Bearing {
    const { place } = found
    if (place === 'last') stay.use()
    const link = links[place]
    if (link === undefined || served === link.name) return found
    if (served !== undefined || place !== 'first') tell({ type: 'serving', link: link.name })
    if (place === 'last') tell({ type: 'memory-serving', link: link.name })
    served = link.name
    return found
  }

  async function start(): Promise<void> {
    await watches.first.check()
    followed?.presence.tell()
    tick()
  }

  function tick(): void {
    if (closed) return
    cancelTick = clock.setTimer(tick, leaseMs / 2)
    // The sooner all instances are back from their memories, the less they miss of each other.
    if (stay.isOn && watches.first.breaker.state === 'open') void watches.first.check()
    if (watches.ledger === undefined) attend()
    else void watches.ledger.look()
  }

  function changed(): void {
    const found = heading()
    stay.see(found)
    // Nobody may ask for a while, and others wait for what this instance took in.
    if (found !== 'last' && stay.isOwed) course()
    turns.signal()
    attend()
  }

  function attend(): void {
    if (!closed && started !== undefined) watches.attend()
  }

  async function doubt(place: Place, error: unknown): Promise<'sound' | 'lost'> {
    if (place === 'last') return 'sound'
    const reason = reasonOf(error)
    if (hasNoRoom(error)) refuse(place, reason)
    else if (place === 'first') await watches.first.doubt(reason)
    else await watches.ledger?.doubt()
    const breaker = place === 'first' ? watches.first.breaker : watches.ledger?.breaker
    return breaker?.state === 'open' ? 'lost' : 'sound'
  }

  /** A full second link that serves goes on doing so: nobody else has what it has, and most of what is asked are reads. */
  function refuse(place: 'first' | 'second', reason: string): void {
    if (place === 'first') watches.first.refused(reason)
    else if (watches.ledger?.term?.stage === 'first') watches.ledger.refused(reason)
  }

  return {
    breakers: { first: watches.first.breaker, second: watches.ledger?.breaker },
    get heading() {
      return heading()
    },
    get isBehind() {
      const { second, term } = situation()
      return second === 'open' || (term?.stage === 'first' && watches.isBehind())
    },
    get firstServes() {
      return started !== undefined && watches.first.breaker.state === 'closed'
    },
    get secondAnswers() {
      const state = watches.ledger?.breaker.state
      return state === 'closed' || state === 'reconciling'
    },
    get mayMiss() {
      return stay.mayMiss
    },
    bearing,
    confirm(done, until) {
      const now = course()
      if (now !== 'wait' && now !== 'none') return isCovered(done, now)
      return decide(until).then((found) => isCovered(done, found))
    },
    suspect(link) {
      if (link === first.name) watches.first.suspect()
    },
    doubt,
    async abortReturn() {
      const { ledger } = watches
      if (ledger?.term?.stage === 'returning') await ledger.write('second').catch(() => undefined)
    },
    async close() {
      closed = true
      cancelTick?.()
      turns.signal()
      await Promise.allSettled([watches.close(), stay.close()])
    },
  }
}
