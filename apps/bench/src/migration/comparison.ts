/** Rates of both sides, one figure a round. */
export interface Comparison {
  readonly name: string
  readonly unit: string
  /** How many times as fast ours shall be. */
  readonly goal: number
  readonly theirs: readonly number[]
  readonly ours: readonly number[]
  /** What nothing can exceed; empty where that is not measured. */
  readonly bound: readonly number[]
}

export function rateOf(items: number, { seconds }: { readonly seconds: number }): number {
  return items / seconds
}

/** Of each round its own ratio: what disturbed the machine disturbed both. */
export function ratioOf({ theirs, ours }: Pick<Comparison, 'theirs' | 'ours'>): number {
  return median(ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN)))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  if (sorted.length === 0) return Number.NaN
  if (!Number.isInteger(middle)) return sorted[Math.floor(middle)] as number
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
