import type { LinkState } from './chain-status.ts'
import type { Term } from './ledger.ts'

export type Place = 'first' | 'second' | 'last'

/** Where an operation goes, and what it goes by. */
export interface Bearing {
  readonly place: Place
  /** Every write reaches the first link as well, before it is acknowledged. */
  readonly dual: boolean
  /** Changes with every change of links. */
  readonly epoch: number
}

/** `wait`: it is being decided. `none`: no link can serve. */
export type Course = Bearing | 'wait' | 'none'

/** All that the choice of a link depends on. */
export interface Situation {
  readonly first: LinkState
  /** `undefined` in a chain without a second durable link. */
  readonly second: LinkState | undefined
  readonly hasLast: boolean
  readonly term: Term | undefined
  readonly hasLease: boolean
  /** Others may still go by the former term, or the mirror is being emptied. */
  readonly isChanging: boolean
  /** The second link lacks what the first has. */
  readonly isBehind: () => boolean
  readonly epoch: number
}

/** Which link serves. */
export function chooseCourse(situation: Situation): Course {
  const { second, term, hasLease, isChanging, isBehind, epoch } = situation
  const fallBack = (): Course => (situation.hasLast ? { place: 'last', dual: false, epoch } : 'none')
  const firstOr = (otherwise: () => Course): Course => {
    if (situation.first === 'closed') return { place: 'first', dual: false, epoch }
    return situation.first === 'open' ? otherwise() : 'wait'
  }
  if (second === undefined) return firstOr(fallBack)
  if (second === 'half-open') return 'wait'
  // Without its ledger the chain goes on as it was agreed last.
  if (second === 'open') return term === undefined || term.stage === 'first' ? firstOr(fallBack) : fallBack()
  if (term === undefined || !hasLease || isChanging) return 'wait'
  if (term.stage !== 'first') return { place: 'second', dual: term.stage === 'returning', epoch }
  return firstOr(() => (isBehind() ? fallBack() : 'wait'))
}

/** The link that serves, or that is to serve when what is being decided is decided. */
export function headingOf({ first, second, hasLast, term, isBehind }: Situation): Place {
  const isFirst = second === undefined || term === undefined || term.stage === 'first'
  if (second === undefined || second === 'open' || (isFirst && first === 'open' && isBehind())) {
    const place = isFirst ? 'first' : 'second'
    return hasLast && (!isFirst || first === 'open') ? 'last' : place
  }
  return isFirst ? 'first' : 'second'
}

/** Whether what was done under one bearing counts under another: what reached both links counts where one is enough. */
export function isCovered(done: Bearing, now: Bearing): boolean {
  return done.place === now.place && done.epoch === now.epoch && (done.dual || !now.dual)
}
