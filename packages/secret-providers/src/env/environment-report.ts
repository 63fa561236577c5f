import type { SecretFault } from '../notices/secret-fault.ts'
import type { EnvironmentValue } from './environment-view.ts'
import { recogniseEncoding } from './secret-encoding.ts'

/** What became of one name of the environment. Holds no value. */
export interface ExplainedName {
  readonly name: string
  readonly outcome: 'used' | 'ignored' | 'refused' | 'not set'
  /** `environment`, or the path of the `.env` file; absent when not set. */
  readonly from?: string
  /** What it is for, or why it is not used. */
  readonly note: string
}

/** Gathers what was found in the environment while it is read. */
export interface EnvironmentReport {
  readonly faults: readonly SecretFault[]
  readonly warnings: readonly string[]
  readonly names: readonly ExplainedName[]
  refuse(fault: SecretFault): void
  warn(warning: string): void
  use(found: EnvironmentValue, role: NameRole): void
  ignore(found: EnvironmentValue, reason: string): void
  miss(name: string, note: string): void
}

export type NameRole = 'primary' | 'pending' | 'retiring' | 'legacy' | 'date' | 'setting'

const NOTES: Readonly<Record<NameRole, string>> = {
  primary: 'signs and seals',
  pending: 'accepted, does not sign yet',
  retiring: 'accepted until its date',
  legacy: 'verifies what an older system signed, until its date',
  date: 'a date',
  setting: 'says which source to use, and where it is',
}

export function createEnvironmentReport(): EnvironmentReport {
  const faults: SecretFault[] = []
  const warnings: string[] = []
  const names: ExplainedName[] = []
  return {
    faults,
    warnings,
    names,
    refuse: (fault) => {
      faults.push(fault)
      names.push({ name: fault.where, outcome: 'refused', note: fault.problem })
    },
    warn: (warning) => void warnings.push(warning),
    use: ({ name, from, value }, role) => {
      const isSecret = role !== 'date' && role !== 'setting'
      const note = isSecret ? `${NOTES[role]}; reads as ${recogniseEncoding(value)}` : NOTES[role]
      names.push({ name, outcome: 'used', from, note })
    },
    ignore: ({ name, from }, reason) => void names.push({ name, outcome: 'ignored', from, note: reason }),
    miss: (name, note) => void names.push({ name, outcome: 'not set', note }),
  }
}
