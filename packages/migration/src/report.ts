import type { EpochMs, KeyId } from '@keyturn/token-crypto'

/**
 * What became of one item.
 *
 * - `changed`: written; in a dry run, would be written.
 * - `current`: under the target already; nothing to do.
 * - `empty`: null or an empty value.
 * - `unknown-key`: well formed, but none of the given keys opens it.
 * - `corrupt`: of the right form, but changed, cut or moved from another place.
 * - `not-ours`: of no form that is known here.
 * - `too-wide`: the new value does not fit where the old one rests.
 * - `gone`: removed by someone else meanwhile.
 */
export type Outcome = 'changed' | 'current' | 'empty' | 'unknown-key' | 'corrupt' | 'not-ours' | 'too-wide' | 'gone'

/** Outcomes of items that are left as they are because nobody can tell what they hold. */
export const UNREADABLE: readonly Outcome[] = Object.freeze(['unknown-key', 'corrupt', 'not-ours'])

const OUTCOMES: readonly Outcome[] = ['changed', 'current', 'empty', ...UNREADABLE, 'too-wide', 'gone']

/** An item that was left as it is, so that someone can look at it. */
export interface LeftItem {
  /** Key of the row, or store key in hex; never the value. */
  readonly key: readonly string[]
  readonly outcome: Outcome
  /** Key that the value names, where its format names one. */
  readonly keyId?: KeyId
}

/** Counts, and what was left. Tallies add up. */
export interface Tally {
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>
  /** Items by the key that they are under, where that is known; before the change. */
  readonly byKeyId: Readonly<Record<KeyId, number>>
  /** The first of those left as they are. */
  readonly left: readonly LeftItem[]
}

/** What a run did, as data. */
export interface BulkReport {
  readonly job: string
  readonly dryRun: boolean
  /** `'aborted'`: ended by its signal; run it again to go on. */
  readonly state: 'done' | 'aborted'
  /** Goes on with what an earlier run began. */
  readonly resumed: boolean
  /** All runs of this job together. */
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly byKeyId: Readonly<Record<KeyId, number>>
  readonly left: readonly LeftItem[]
  /** Items of `outcomes`. */
  readonly total: number
  readonly nothingToDo: boolean
  readonly startedAt: EpochMs
  /** This run alone. */
  readonly elapsedMs: number
  /** This run alone. */
  readonly itemsPerSecond: number
}

/** What a run over sessions did. */
export interface SessionReport extends BulkReport {
  /** Sessions that a further run would change; `undefined` unless `verify` was given and the run is done. */
  readonly remaining: number | undefined
}

export const EMPTY_TALLY: Tally = Object.freeze({ outcomes: {}, byKeyId: {}, left: [] })

/** @param maxListed - Most items of `left`; the counts stay exact. */
export function addTallies(a: Tally, b: Tally, maxListed: number): Tally {
  return {
    outcomes: addCounts(a.outcomes, b.outcomes),
    byKeyId: addCounts(a.byKeyId, b.byKeyId),
    left: a.left.length >= maxListed ? a.left : [...a.left, ...b.left].slice(0, maxListed),
  }
}

/** Each outcome has a number, also those that did not occur. */
export function completeOutcomes(tally: Tally): Record<Outcome, number> {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, tally.outcomes[outcome] ?? 0])) as Record<Outcome, number>
}

export function countItems(tally: Tally): number {
  return Object.values(tally.outcomes).reduce((sum, count) => sum + count, 0)
}

/** A decision about one item, as far as a report is concerned. */
export interface Decided {
  readonly outcome: Outcome
  readonly keyId?: KeyId | undefined
}

/**
 * @param keyOf - Asked only for items that are left.
 * @param maxListed - As of `addTallies`.
 */
export function tallyOf(decided: readonly Decided[], keyOf: (index: number) => readonly string[], maxListed: number): Tally {
  const outcomes: Partial<Record<Outcome, number>> = {}
  const byKeyId: Record<KeyId, number> = Object.create(null) as Record<KeyId, number>
  const left: LeftItem[] = []
  for (const [index, { outcome, keyId }] of decided.entries()) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (keyId !== undefined) byKeyId[keyId] = (byKeyId[keyId] ?? 0) + 1
    if (!isLeft(outcome) || left.length >= maxListed) continue
    const key = keyOf(index)
    left.push(keyId === undefined ? { key, outcome } : { key, outcome, keyId })
  }
  return { outcomes, byKeyId, left }
}

function isLeft(outcome: Outcome): boolean {
  return outcome === 'too-wide' || UNREADABLE.includes(outcome)
}

function addCounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum = Object.assign(Object.create(null) as Record<string, number>, a)
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count
  return sum
}
