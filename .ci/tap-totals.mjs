// How many assertions a TAP file counts, from the totals that tap closes it with.

/**
 * @param {string | undefined} tap - Text of the file; `undefined` where there is none.
 * @returns {{ passed: number, failed: number } | undefined} skipped and postponed ones count as failed; `undefined` when
 * the file is not whole
 */
export function readTotals(tap) {
  const line = tap?.match(/^# \{ total: .*\}$/gm)?.at(-1)
  if (tap === undefined || line === undefined || /^Bail out!/m.test(tap)) return undefined
  const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(line)?.[1] ?? 0)
  const total = count('total')
  const passed = count('pass')
  return total === 0 ? undefined : { passed, failed: total - passed }
}
