import { parseArgs } from 'node:util'
import type { MeasureOptions } from './measure.ts'

export interface CryptoOptions extends MeasureOptions {
  readonly output: 'table' | 'json'
  /** Only comparisons whose name holds this text, in any case. */
  readonly only: string
}

export const usage: string = `npx -y pnpm --filter @keyturn/bench run bench:crypto [options]
  --json          one JSON document on standard output
  --only text     comparisons whose name holds it, such as fernet
  --rounds n      default 25
  --slice-ms n    work of each subject in each round, default 100
  --warm-up-ms n  work of each subject before, default 500`

/** @throws {TypeError} naming every argument that is wrong. */
export function parseCryptoOptions(args: readonly string[]): CryptoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '25' },
      'slice-ms': { type: 'string', default: '100' },
      'warm-up-ms': { type: 'string', default: '500' },
    },
  })
  const problems: string[] = []
  const count = (name: 'rounds' | 'slice-ms' | 'warm-up-ms'): number => {
    const number = Number(values[name])
    if (!Number.isInteger(number) || number < 1) problems.push(`--${name} must be a whole number, at least 1`)
    return number
  }
  const options: CryptoOptions = {
    output: values.json ? 'json' : 'table',
    only: values.only,
    rounds: count('rounds'),
    sliceMs: count('slice-ms'),
    warmUpMs: count('warm-up-ms'),
  }
  if (problems.length > 0) throw new TypeError(problems.join('\n'))
  return Object.freeze(options)
}
