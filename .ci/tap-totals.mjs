// How many assertions a TAP file counts, from the totals that tap closes it with.

// At the very end: a test may print totals of its own, and a file that was cut off has none.
const TOTALS = /^# \{ (total: .*) \}\n# time=\S+\s*$(?![\s\S])/m

/**
 * @param {string | undefined} tap - Text of the file; `undefined` where there is none.
 * @returns {{ passed: number, failed: number } | undefined} skipped and postponed ones count as failed; `undefined` when
 * the file is not whole
 */
export function readTotals(tap) {
  const totals = TOTALS.exec(tap ?? '')?.[1]
  if (totals === undefined) return undefined
  const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0)
  const total = count('total')
  const passed = count('pass')
  return total === 0 ? undefined : { passed, failed: total - passed }
}
