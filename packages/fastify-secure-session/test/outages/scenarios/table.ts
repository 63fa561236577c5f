import type { Count, Outcome } from './outcome.ts'

const COLUMNS: readonly (readonly [string, (outcome: Outcome) => string])[] = [
  ['Fault', ({ name }) => name],
  ['Requests', ({ requests }) => String(requests)],
  ['Logged out', ({ loggedOut }) => text(loggedOut)],
  ['Writes lost', ({ writesLost }) => text(writesLost)],
  ['Came back', ({ cameBack }) => text(cameBack)],
  ['Errors', ({ errors }) => (errors.late === 0 ? String(errors.total) : `${errors.total}, ${errors.late} late`)],
  ['Longest pause', ({ longestPauseMs }) => `${longestPauseMs} ms`],
]

/** The outcomes as a table in Markdown. */
export function toTable(outcomes: readonly Outcome[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    row(COLUMNS.map(([title]) => title)),
    row(COLUMNS.map((_, index) => (index === 0 ? '---' : '--:'))),
    ...outcomes.map((outcome) => row(COLUMNS.map(([, cell]) => cell(outcome)))),
  ].join('\n')
}

function text({ total, inWindow }: Count): string {
  return inWindow === 0 ? String(total) : `${total}, ${inWindow} of them within the window`
}
