import { parseArgs } from 'node:util'
import { catalogue, type CatalogueEntry } from './catalogue.ts'
import { type Workload, workloads } from './workloads.ts'

export interface BenchOptions {
  readonly output: 'table' | 'json'
  /** `goals`: only what a goal compares. */
  readonly scope: 'all' | 'goals'
  readonly servers: readonly CatalogueEntry[]
  readonly workloads: readonly Workload[]
  readonly rounds: number
  readonly warmUpMs: number
  readonly measureMs: number
  readonly connections: number
  /** Sessions that requests take turns with; more than any cache of signatures holds. */
  readonly sessions: number
  /** Sign-ins whose memory is measured; 0: none. */
  readonly memorySignIns: number
}

const FULL = { rounds: 5, warmUpMs: 1500, measureMs: 5000, connections: 50, sessions: 2000, memorySignIns: 200_000 }
const QUICK = { ...FULL, rounds: 3, warmUpMs: 700, measureMs: 1000, memorySignIns: 0 }

export const usage: string = `npx -y pnpm bench [options]
  --quick               what the goals need, in about three minutes
  --json                one JSON document on standard output
  --servers a,b         only these: ${catalogue.map(({ name }) => name).join(', ')}
  --workloads r1,r2     only these: ${workloads.map(({ name }) => name).join(', ')}
  --rounds n            default ${FULL.rounds}, quick ${QUICK.rounds}
  --warm-up-ms n        before each measurement, default ${FULL.warmUpMs}, quick ${QUICK.warmUpMs}
  --measure-ms n        length of each measurement, whole seconds, default ${FULL.measureMs}, quick ${QUICK.measureMs}
  --connections n       default ${FULL.connections}
  --sessions n          default ${FULL.sessions}
  --memory-sign-ins n   default ${FULL.memorySignIns}, quick 0: no figure`

/** @throws {TypeError} naming every argument that is wrong. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      servers: { type: 'string' },
      workloads: { type: 'string' },
      rounds: { type: 'string' },
      'warm-up-ms': { type: 'string' },
      'measure-ms': { type: 'string' },
      connections: { type: 'string' },
      sessions: { type: 'string' },
      'memory-sign-ins': { type: 'string' },
    },
  })
  const defaults = values.quick ? QUICK : FULL
  const problems: string[] = []
  const count = (name: keyof typeof values, fallback: number, least: number): number => {
    const written = values[name]
    const number = written === undefined ? fallback : Number(written)
    if (!Number.isSafeInteger(number) || number < least) problems.push(`--${name} must be a whole number, at least ${least}`)
    return number
  }
  const pick = <T extends { readonly name: string }>(name: 'servers' | 'workloads', all: readonly T[]): readonly T[] => {
    const names = values[name]?.split(',')
    for (const unknown of names?.filter((wanted) => !all.some((one) => one.name === wanted)) ?? []) {
      problems.push(`--${name}: there is no ${unknown}`)
    }
    return all.filter((one) => names?.includes(one.name) ?? true)
  }
  const options: BenchOptions = {
    output: values.json ? 'json' : 'table',
    scope: values.quick ? 'goals' : 'all',
    servers: pick('servers', catalogue),
    workloads: pick('workloads', workloads),
    rounds: count('rounds', defaults.rounds, 1),
    warmUpMs: count('warm-up-ms', defaults.warmUpMs, 0),
    measureMs: count('measure-ms', defaults.measureMs, 50),
    connections: count('connections', defaults.connections, 1),
    sessions: count('sessions', defaults.sessions, 1),
    memorySignIns: count('memory-sign-ins', defaults.memorySignIns, 0),
  }
  if (options.sessions < options.connections) problems.push('--sessions must not be less than --connections: each session belongs to one')
  if (problems.length > 0) throw new TypeError(problems.join('\n'))
  return Object.freeze(options)
}
