import { hash } from 'node:crypto'
import { StoreUnavailableError } from '../errors.ts'
import { visible } from './chain-record.ts'
import { type Breaker, createBreaker } from './breaker.ts'
import type { TellNews } from './chain-events.ts'
import type { ChainLinks, ResolvedFailoverOptions } from './failover-options.ts'
import type { Ledger, Stage, Term } from './ledger.ts'
import { limitWait, probe, reasonOf, sleep } from './link-calls.ts'
import type { Mirror } from './mirror.ts'
import type { Presence } from './presence.ts'
import type { PassResult } from './reconcile.ts'

export type Place = 'first' | 'second' | 'last'

/** Where an operation goes, and what it goes by. */
export interface Bearing {
  readonly place: Place
  /** Every write reaches the first link as well, before it is acknowledged. */
  readonly dual: boolean
  /** Changes with every change of links. */
  readonly epoch: number
}

/** Decides which link serves, together with the other instances. */
export interface Helm {
  readonly breakers: { readonly first: Breaker; readonly second: Breaker }
  /** Where an operation that began now would go, or wait for. */
  readonly heading: Place
  readonly behind: boolean
  /** Whether the first link may be read to complete the mirror. */
  readonly firstServes: boolean
  /** Whether the second link takes writes. */
  readonly secondAnswers: boolean
  /**
   * Resolves as soon as a link serves.
   *
   * @param until - By the monotonic clock.
   * @throws {StoreUnavailableError} KEYTURN_STORE_UNAVAILABLE: none does, or not in time.
   */
  bearing(until: number): Promise<Bearing>
  /** Whether what was done under a bearing counts: nobody can have gone by another until now. */
  confirm(bearing: Bearing, until: number): boolean | Promise<boolean>
  /** A link failed an operation. Resolves when it is known whether the link itself failed. */
  doubt(place: Place, error: unknown): Promise<'sound' | 'lost'>
  /** The bringing up of the first link stops: a write did not reach it. */
  abortReturn(): Promise<void>
  close(): Promise<void>
}

export interface HelmOptions {
  readonly links: ChainLinks
  readonly settings: ResolvedFailoverOptions
  readonly ledger: Ledger | undefined
  readonly mirror: Mirror | undefined
  readonly presence: Presence | undefined
  readonly tell: TellNews
  /** Brings the first link up from the second, both ways. */
  readonly reconcile: (signal: AbortSignal) => Promise<PassResult>
  /** Brings the second link up from the first. */
  readonly catchUp: (signal: AbortSignal) => Promise<PassResult>
  /** Moves what the last link took in to the link that serves now. */
  readonly moveUp: (place: 'first' | 'second') => Promise<void>
}

/** A term that nobody has changed for this long is known to every instance. */
const SETTLED_MS = 60_000
const RENEW_MS = 1000
/** A leader that has not renewed its term for this long is gone. */
const STALLED_MS = 10_000

type Course = Bearing | 'wait' | 'none'

export function createHelm(options: HelmOptions): Helm {
  const { links, settings, ledger, mirror, presence, tell, reconcile, catchUp, moveUp } = options
  const { first, second, last } = links
  const { clock, leaseMs, maxDelayMs, timeoutMs, cooldownMs, failures, monotonicMs } = settings
  const breakers = { first: createBreaker(settings), second: createBreaker(settings) }
  const stop = new AbortController()
  let term: Term | undefined
  let holders: ReadonlySet<string> = new Set()
  let lookedAt = Number.NEGATIVE_INFINITY
  let termSeenAt = 0
  let actFrom = 0
  let epoch = 0
  let settling = 0
  let lastUsed = false
  let generation: string | undefined
  let doubts = 0
  let served: string | undefined
  let started: Promise<unknown> | undefined
  let looking: Promise<void> | undefined
  let checking: Promise<void> | undefined
  let moving: Promise<void> | undefined
  let changing: Promise<void> | undefined
  let leading: Promise<void> | undefined
  let cancelTick: (() => void) | undefined
  let waiters: (() => void)[] = []
  const offDisconnect = first.onDisconnect?.(() => void doubtFirst('DISCONNECTED'))

  const within = <T>(work: Promise<T>, link: string): Promise<T> => limitWait(work, timeoutMs, link, clock)

  function signal(): void {
    const waiting = waiters
    waiters = []
    for (const resume of waiting) resume()
  }

  // Where to go

  function course(): Course {
    const found = durableCourse()
    if (found === 'wait' || found === 'none' || found.place === 'last' || !lastUsed) return found
    void moveUpTo(found.place)
    return 'wait'
  }

  function durableCourse(): Course {
    if (second === undefined) return firstOr(fallBack)
    const { state } = breakers.second
    if (state === 'half-open') return 'wait'
    if (state === 'open') return term === undefined || term.stage === 'first' ? firstOr(fallBack) : fallBack()
    if (term === undefined || !hasLease() || monotonicMs() < actFrom || settling > 0) return 'wait'
    if (term.stage !== 'first') return { place: 'second', dual: term.stage === 'returning', epoch }
    return firstOr(isBehind(term) ? fallBack : () => 'wait')
  }

  function firstOr(otherwise: () => Course): Course {
    if (breakers.first.state === 'closed') return { place: 'first', dual: false, epoch }
    return breakers.first.state === 'open' ? otherwise() : 'wait'
  }

  /** What the second link lacks may be anything, the end of a session too: it is not served from. */
  function isBehind({ behind }: Term): boolean {
    return (behind || presence?.othersBehind === true || mirror?.overflowed === true) && !hasLostData()
  }

  /** What the first link lost is nowhere else: there is nothing to wait for. */
  function hasLostData(): boolean {
    return breakers.first.reason === 'RESTARTED'
  }

  function fallBack(): Course {
    return last === undefined ? 'none' : { place: 'last', dual: false, epoch }
  }

  function hasLease(): boolean {
    return monotonicMs() < lookedAt + leaseMs
  }

  function heading(): Place {
    if (second === undefined || (breakers.second.state === 'open' && (term?.stage ?? 'first') === 'first')) {
      return breakers.first.state === 'open' && last !== undefined ? 'last' : 'first'
    }
    if (breakers.second.state === 'open' && last !== undefined) return 'last'
    return term === undefined || term.stage === 'first' ? 'first' : 'second'
  }

  async function bearing(until: number): Promise<Bearing> {
    started ??= start()
    for (;;) {
      const found = course()
      if (found === 'none' || stop.signal.aborted) throw new StoreUnavailableError(settings.name, noneReason())
      if (found !== 'wait') {
        announce(found.place)
        return found
      }
      await change(until)
    }
  }

  function change(until: number): Promise<void> {
    const leftMs = until - monotonicMs()
    if (leftMs <= 0) return Promise.reject(new StoreUnavailableError(settings.name, 'TIMEOUT'))
    return new Promise((resolve, reject) => {
      const cancel = clock.setTimer(() => reject(new StoreUnavailableError(settings.name, 'TIMEOUT')), leftMs)
      waiters.push(() => {
        cancel()
        resolve()
      })
    })
  }

  function noneReason(): string {
    return breakers.first.reason ?? breakers.second.reason ?? 'NONE'
  }

  function announce(place: Place): void {
    if (place === 'last') lastUsed = true
    const link = links[place]
    if (link === undefined || served === link.name) return
    if (served !== undefined || place !== 'first') tell({ type: 'serving', link: link.name })
    if (place === 'last') tell({ type: 'memory-serving', link: link.name })
    served = link.name
  }

  function moveUpTo(place: 'first' | 'second'): Promise<void> {
    moving ??= moveUp(place)
      .then(
        () => void (lastUsed = false),
        // What failed is noticed by its own probes.
        (error: unknown) => doubt(place, error).then(() => sleep(clock, maxDelayMs)),
      )
      .finally(() => {
        moving = undefined
        signal()
      })
    return moving
  }

  // The first link

  function doubtFirst(reason: string): Promise<void> {
    doubts++
    if (breakers.first.state !== 'closed') return checking ?? Promise.resolve()
    return checkFirst(reason)
  }

  function checkFirst(reason: string): Promise<void> {
    breakers.first.halfOpen()
    checking ??= check(reason).finally(() => {
      checking = undefined
      signal()
      attend()
    })
    return checking
  }

  async function check(because: string): Promise<void> {
    const wasLost = because === 'OPEN'
    for (let failed = 0; ; ) {
      const seen = doubts
      try {
        generation = await readGeneration()
        await within(probe(first, ledger?.instance ?? 'alone', clock), first.name)
        // A connection was lost meanwhile: what was read may be of before.
        if (seen !== doubts) continue
        return foundSound(wasLost)
      } catch (error) {
        if (stop.signal.aborted) return
        if (++failed < failures) continue
        return loseFirst(reasonOf(error), wasLost)
      }
    }
  }

  async function readGeneration(): Promise<string> {
    if (first.generation === undefined) return ''
    const read = await within(first.generation(), first.name)
    return hash('sha256', read, 'base64url')
  }

  function foundSound(wasLost: boolean): void {
    if (term?.stage === 'first' && term.generation !== generation) return loseFirst('RESTARTED', wasLost)
    if (second !== undefined && term !== undefined && term.stage !== 'first') {
      breakers.first.reconcile()
      return
    }
    breakers.first.close()
    if (wasLost) tell({ type: 'link-recovered', link: first.name })
  }

  function loseFirst(reason: string, wasLost: boolean): void {
    breakers.first.open(reason)
    if (!wasLost) tell({ type: 'link-lost', link: first.name, reason })
  }

  // The second link, and the ledger in it

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined
      signal()
      attend()
    })
    return looking
  }

  async function lookOnce(): Promise<void> {
    if (ledger === undefined || second === undefined) return
    const startedAt = monotonicMs()
    try {
      const seen = await within(ledger.look(), second.name)
      holders = seen.holders
      const found = seen.term ?? (await firstTerm())
      if (found !== undefined) adopt(found, startedAt, leaseMs)
      secondAnswered()
    } catch (error) {
      if (!stop.signal.aborted) loseSecond(reasonOf(error))
    }
  }

  /** Nothing to agree on yet: with two empty links there is nothing to bring up either. */
  async function firstTerm(): Promise<Term | undefined> {
    if (ledger === undefined || second === undefined) return undefined
    const empty = await within(Promise.all([isEmpty(first), isEmpty(second)]), second.name).catch(() => [false])
    const stage: Stage = empty.every(Boolean) && generation !== undefined ? 'first' : 'second'
    return ledger.write({ stage, generation: generation ?? '', leader: ledger.instance, behind: false }, undefined)
  }

  function secondAnswered(): void {
    const { state } = breakers.second
    if (state === 'closed' || state === 'reconciling') return
    if (breakers.second.reason !== undefined) tell({ type: 'link-recovered', link: second?.name ?? '' })
    breakers.second.close()
    mirror?.resume()
    presence?.tell()
  }

  function loseSecond(reason: string): void {
    if (breakers.second.state !== 'open' && second !== undefined && breakers.second.reason === undefined) {
      tell({ type: 'link-lost', link: second.name, reason })
      if (heading() === 'first') tell({ type: 'mirror-behind', link: second.name, pending: mirror?.pending ?? 0 })
    }
    breakers.second.open(reason)
    mirror?.pause()
    presence?.tell()
  }

  /** Takes what the ledger says. Who went by something else stops at once; nobody begins before all have stopped. */
  function adopt(found: Term, seenAt: number, waitMs: number): void {
    const former = term
    if (former !== undefined && found.version < former.version) return
    term = found
    lookedAt = Math.max(lookedAt, seenAt)
    if (former?.version === found.version) return
    termSeenAt = monotonicMs()
    const isNews = former === undefined ? isRecent(found) : sideOf(former) !== sideOf(found)
    if (isNews) changeSides(waitMs)
    if (found.stage === 'first' && former?.stage !== 'first' && former !== undefined) void checkFirst('OPEN')
    if (found.stage !== 'first' && breakers.first.state === 'closed') breakers.first.open('HELD')
    if (found.stage === 'first' && former === undefined && generation !== undefined) foundSound(false)
  }

  function isRecent({ since, version, leader }: Term): boolean {
    if (version === 1 && leader === ledger?.instance) return false
    return clock.now() - since < SETTLED_MS
  }

  function changeSides(waitMs: number): void {
    epoch++
    actFrom = monotonicMs() + waitMs
    clock.setTimer(signal, waitMs + 2)
    settling++
    const drained = mirror?.drain() ?? Promise.resolve()
    void drained.catch(() => undefined).finally(() => {
      settling--
      signal()
    })
  }

  // What has to be done

  function tick(): void {
    if (stop.signal.aborted) return
    cancelTick = clock.setTimer(tick, leaseMs / 2)
    if (second === undefined) attend()
    else void look()
  }

  function attend(): void {
    if (stop.signal.aborted || started === undefined) return
    const task = duty()
    if (task === undefined || changing !== undefined) return
    changing = task().catch((error: unknown) => void (stop.signal.aborted || noteFailure(error))).finally(() => {
      changing = undefined
      signal()
    })
  }

  function noteFailure(error: unknown): void {
    if (error instanceof StoreUnavailableError && error.store === second?.name) void look()
  }

  function duty(): (() => Promise<void>) | undefined {
    const lost = breakers.first.state === 'open'
    if (second === undefined || breakers.second.state === 'open') {
      return lost && breakers.first.due ? () => checkFirst('OPEN') : undefined
    }
    if (term === undefined || !hasLease()) return undefined
    if (term.stage === 'first') {
      if (lost && !isBehind(term)) return leaveFirst
      if (lost) return breakers.first.due ? () => checkFirst('OPEN') : undefined
      const isOwed = term.behind || mirror?.overflowed === true || (presence?.dead.length ?? 0) > 0
      return isOwed && isLeaderless(term) ? bringSecondUp : undefined
    }
    if (term.stage === 'returning') return isLeaderless(term) ? () => writeStage('second') : undefined
    return breakers.first.due ? tryToReturn : undefined
  }

  function isLeaderless({ leader }: Term): boolean {
    if (leading !== undefined) return false
    return leader === ledger?.instance || monotonicMs() - termSeenAt > STALLED_MS
  }

  async function writeStage(stage: Stage, changes: { generation?: string; behind?: boolean } = {}): Promise<void> {
    if (ledger === undefined || term === undefined || second === undefined) return
    const startedAt = monotonicMs()
    const { generation: former, behind, version } = term
    const fields = { generation: former, behind, ...changes, stage, leader: ledger.instance }
    const written = await within(ledger.write(fields, version), second.name)
    if (written === undefined) {
      await look()
      throw new StoreUnavailableError(second.name, 'OUTRUN')
    }
    adopt(written, startedAt, leaseMs + maxDelayMs)
  }

  async function leaveFirst(): Promise<void> {
    await writeStage('second', { behind: false })
    await holdFirst()
  }

  function holdFirst(): Promise<void> {
    return within(ledger?.hold(4 * cooldownMs + 2 * timeoutMs + leaseMs) ?? Promise.resolve(), second?.name ?? '')
  }

  /** One that cannot reach the first link keeps all from returning to it. */
  async function tryToReturn(): Promise<void> {
    await checkFirst('OPEN')
    if (breakers.first.state !== 'reconciling') return holdFirst()
    await within(ledger?.release() ?? Promise.resolve(), second?.name ?? '')
    const others = [...holders].filter((holder) => holder !== ledger?.instance)
    if (others.length > 0 || term?.stage !== 'second') return breakers.first.open('HELD')
    await lead('returning', {}, bringFirstUp)
  }

  async function bringFirstUp(aborted: AbortSignal): Promise<void> {
    const before = generation
    // From now on everybody's writes reach both links.
    await sleep(clock, leaseMs)
    const result = await reconcile(aborted)
    generation = await readGeneration()
    if (generation !== before) throw new StoreUnavailableError(first.name, 'RESTARTED')
    aborted.throwIfAborted()
    await writeStage('first', { generation, behind: false })
    tell({ type: 'reconciled', link: first.name, ...result })
  }

  async function bringSecondUp(): Promise<void> {
    const dead = presence?.dead ?? []
    const behind = term?.behind === true || mirror?.overflowed === true
    await lead('first', { behind }, async (aborted) => {
      mirror?.clearOverflow()
      breakers.second.reconcile()
      const result = await catchUp(aborted)
      await mirror?.drain()
      if (mirror?.overflowed === true) return
      await presence?.bury(dead)
      await writeStage('first', { behind: false })
      presence?.tell()
      breakers.second.close()
      tell({ type: 'reconciled', link: second?.name ?? '', ...result })
      tell({ type: 'mirror-caught-up', link: second?.name ?? '' })
    })
  }

  /** Writes the stage, renews it while the work goes on, and stops the work when another instance has written. */
  async function lead(
    stage: Stage,
    changes: { behind?: boolean },
    work: (aborted: AbortSignal) => Promise<void>,
  ): Promise<void> {
    await writeStage(stage, changes)
    const abort = new AbortController()
    const aborted = AbortSignal.any([abort.signal, stop.signal])
    const renewing = renew(abort, stage)
    leading = work(aborted)
      .catch(async (error: unknown) => {
        if (stop.signal.aborted || term?.stage !== 'returning') return
        breakers.first.open(reasonOf(error))
        await writeStage('second')
      })
      .finally(() => {
        abort.abort()
        leading = undefined
      })
    await leading
    await renewing
  }

  async function renew(abort: AbortController, stage: Stage): Promise<void> {
    const leader = ledger?.instance
    let renewedAt = monotonicMs()
    while (!abort.signal.aborted && !stop.signal.aborted) {
      await sleep(clock, leaseMs / 2)
      if (abort.signal.aborted || stop.signal.aborted) return
      if (term?.stage !== stage || term.leader !== leader) return abort.abort()
      if (monotonicMs() - renewedAt < RENEW_MS) continue
      renewedAt = monotonicMs()
      await writeStage(stage).catch(() => undefined)
    }
  }

  async function start(): Promise<void> {
    await checkFirst('START')
    tick()
  }

  function doubtSecond(): Promise<void> {
    if (breakers.second.state === 'closed') breakers.second.halfOpen()
    return look()
  }

  async function doubt(place: Place, error: unknown): Promise<'sound' | 'lost'> {
    if (place === 'last') return 'sound'
    if (place === 'first') await doubtFirst(reasonOf(error))
    else await doubtSecond()
    return breakers[place].state === 'open' ? 'lost' : 'sound'
  }

  return {
    breakers,
    get heading() {
      return heading()
    },
    get behind() {
      return breakers.second.state === 'open' || (term?.stage === 'first' && isBehind(term))
    },
    get firstServes() {
      return started !== undefined && breakers.first.state === 'closed'
    },
    get secondAnswers() {
      return breakers.second.state === 'closed' || breakers.second.state === 'reconciling'
    },
    bearing,
    confirm(of, until) {
      const now = course()
      if (now !== 'wait' && now !== 'none') return isCovered(of, now)
      return bearing(until).then((found) => isCovered(of, found))
    },
    doubt,
    async abortReturn() {
      if (term?.stage === 'returning') await writeStage('second').catch(() => undefined)
    },
    async close() {
      stop.abort()
      cancelTick?.()
      offDisconnect?.()
      signal()
      await Promise.allSettled([looking, checking, changing, leading, moving])
      await within(ledger?.release() ?? Promise.resolve(), second?.name ?? '').catch(() => undefined)
    },
  }
}

/** What reached both links counts also where one would have been enough. */
function isCovered(done: Bearing, now: Bearing): boolean {
  return done.place === now.place && done.epoch === now.epoch && (done.dual || !now.dual)
}

function sideOf({ stage }: Term): 'first' | 'second' {
  return stage === 'first' ? 'first' : 'second'
}

async function isEmpty(store: ChainLinks['first']): Promise<boolean> {
  for await (const { record } of store.scan?.() ?? []) if (visible(record) !== undefined) return false
  return true
}
