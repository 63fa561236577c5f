import { parseArgs } from 'node:util'

export interface MigrationBenchOptions {
  readonly parts: readonly MigrationPart[]
  readonly rows: number
  readonly sessions: number
  readonly rounds: number
  /** The two sizes whose memory is compared. */
  readonly memoryRows: readonly [number, number]
}

export type MigrationPart = 'columns' | 'sessions' | 'memory'

const PARTS: readonly MigrationPart[] = ['columns', 'sessions', 'memory']

export const usage: string = `npx -y pnpm --filter @keyturn/bench run bench:migration [options]
  --only part        ${PARTS.join(', ')}; default all
  --rows n           rows of the columns that are compared, default 200000
  --sessions n       sessions that are copied, default 200000
  --rounds n         default 3
  --memory-rows n    rows of the larger table whose memory is measured, default 2000000; the smaller has a tenth`

/** @throws {TypeError} naming every argument that is wrong. */
export function parseMigrationOptions(args: readonly string[]): MigrationBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      rows: { type: 'string', default: '200000' },
      sessions: { type: 'string', default: '200000' },
      rounds: { type: 'string', default: '3' },
      'memory-rows': { type: 'string', default: '2000000' },
    },
  })
  const problems: string[] = []
  const count = (name: 'rows' | 'sessions' | 'rounds' | 'memory-rows', least: number): number => {
    const number = Number(values[name])
    if (!Number.isSafeInteger(number) || number < least) problems.push(`--${name} must be a whole number, at least ${least}`)
    return number
  }
  const parts = values.only === undefined ? PARTS : PARTS.filter((part) => part === values.only)
  if (parts.length === 0) problems.push(`--only must be one of ${PARTS.join(', ')}`)
  const rows = count('rows', 1000)
  const sessions = count('sessions', 1000)
  const rounds = count('rounds', 1)
  const many = count('memory-rows', 10_000)
  if (problems.length > 0) throw new TypeError(problems.join('\n'))
  return Object.freeze({ parts, rows, sessions, rounds, memoryRows: [Math.floor(many / 10), many] as const })
}
