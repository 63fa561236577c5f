import { type Comparison, median, ratioOf } from './comparison.ts'
import type { MemoryUse } from './memory-use.ts'

export function formatComparison(comparison: Comparison): string {
  const { name, unit, goal, theirs, ours, bound } = comparison
  const ratio = ratioOf(comparison)
  const share = median(ours.map((rate, round) => rate / (bound[round] ?? Number.NaN)))
  const ceiling = bound.length === 0 ? [] : [`| one thread of Fernet alone | ${whole(median(bound))} | ${(100 * share).toFixed(0)} % of it reached |`]
  return [
    `\n## ${name}\n`,
    `| | ${unit}, median | |`,
    '|---|---:|---|',
    `| one by one | ${whole(median(theirs))} | |`,
    `| Keyturn | ${whole(median(ours))} | **${ratio.toFixed(1)} times as fast**, goal ${goal} |`,
    ...ceiling,
    `\nRounds: ${ours.map((rate, round) => `${whole(theirs[round] ?? Number.NaN)} and ${whole(rate)}`).join('; ')}`,
  ].join('\n')
}

export function formatMemory(uses: readonly MemoryUse[]): string {
  const rows = uses.map(
    ({ rows: count, peakMiB, heapMiB, rowsPerSecond }) => `| ${count} | ${peakMiB.toFixed(0)} | ${heapMiB.toFixed(1)} | ${whole(rowsPerSecond)} |`,
  )
  return ['\n## Memory of a process that re-encrypts a column\n', '| rows | peak RSS MiB | live heap MiB | rows/s |', '|---:|---:|---:|---:|', ...rows].join('\n')
}

function whole(rate: number): string {
  return Math.round(rate).toString()
}
