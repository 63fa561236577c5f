import { formatTable } from '../http/report/table.ts'
import type { Goal, Measured } from './measure.ts'

/** Tables, one a comparison. `speed` is the time of a row over ours: 3 means that ours takes a third of it. */
export function formatText(measured: readonly Measured[]): string {
  return measured.map(formatOne).join('\n\n')
}

function formatOne({ comparison, subjects }: Measured): string {
  const head = [comparison.name, 'CPU µs', 'min', 'max', 'its time / ours', 'min', 'max', 'goal']
  const rows = subjects.map(({ name, micros, speed }) => [
    name,
    micros.median.toFixed(2),
    micros.min.toFixed(2),
    micros.max.toFixed(2),
    speed.median.toFixed(2),
    speed.min.toFixed(2),
    speed.max.toFixed(2),
    comparison.goals.map((goal) => (goal.against === name ? verdict(goal, speed.median) : '')).join(''),
  ])
  return formatTable(head, rows)
}

function verdict({ timesAsFast }: Goal, speed: number): string {
  return `≥ ${timesAsFast.toFixed(2)} ${speed >= timesAsFast ? 'met' : 'not met'}`
}

export function formatJson(measured: readonly Measured[]): string {
  const comparisons = measured.map(({ comparison, subjects }) => ({ name: comparison.name, goals: comparison.goals, subjects }))
  return JSON.stringify({ node: process.version, comparisons }, null, 2)
}
