import { systemClock } from '@keyturn/token-crypto'
import { SOURCE_NAMES } from './env-names.ts'
import type { ExplainedName } from './environment-report.ts'
import { type EnvironmentView, viewEnvironment } from './environment-view.ts'
import type { EnvironmentProvidersOptions } from './providers-from-environment.ts'
import { readEnvironment } from './read-environment.ts'
import { readSourceSettings } from './source-settings.ts'

/**
 * What became of every name that Keyturn reads from the environment, in the order in which they count. Holds no value.
 * Never rejects for what the names hold.
 */
export async function explainEnvironment(options: EnvironmentProvidersOptions = {}): Promise<readonly ExplainedName[]> {
  const view = await viewEnvironment(options)
  const { report } = readEnvironment(view, (options.clock ?? systemClock).now())
  return Object.freeze([...report.names, ...SOURCE_NAMES.map((name) => explainSetting(name, view))])
}

/** The same as lines for a terminal. */
export function formatExplanation(names: readonly ExplainedName[]): string {
  const width = Math.max(...names.map(({ name }) => name.length))
  return names
    .map(({ name, outcome, from, note }) => {
      const where = from === undefined || from === 'environment' ? '' : ` (${from})`
      return `${name.padEnd(width)}  ${outcome.padEnd(7)}  ${note}${where}`
    })
    .join('\n')
}

function explainSetting(name: string, view: EnvironmentView): ExplainedName {
  const found = view.get(name)
  if (found === undefined) return { name, outcome: 'not set', note: NOTES[name] ?? '' }
  const fault = readSourceSettings(view).faults.find(({ where }) => where === name)
  if (fault !== undefined) return { name, outcome: 'refused', from: found.from, note: fault.problem }
  const ignored = findReasonToIgnore(name, view)
  if (ignored !== undefined) return { name, outcome: 'ignored', from: found.from, note: ignored }
  return { name, outcome: 'used', from: found.from, note: NOTES[name] ?? '' }
}

function findReasonToIgnore(name: string, view: EnvironmentView): string | undefined {
  if (!name.startsWith('SECRETKEY_AWS_')) return undefined
  if (view.get('SECRETKEY_STORAGE_TYPE')?.value !== 'aws') return 'SECRETKEY_STORAGE_TYPE is not aws'
  const hasOther = view.get('SECRETKEY_AWS_SESSION_SECRET') !== undefined
  return name === 'SECRETKEY_AWS_NAME' && hasOther ? 'SECRETKEY_AWS_SESSION_SECRET comes first' : undefined
}

const NOTES: Readonly<Record<string, string>> = {
  SECRETKEY_STORAGE_TYPE: 'where secrets are kept: local or aws',
  SECRETKEY_PATH: 'folder of the key set file',
  SECRETKEY_AWS_REGION: 'region of Secrets Manager',
  SECRETKEY_AWS_ACCESS_KEY: 'credentials of Secrets Manager',
  SECRETKEY_AWS_SECRET_KEY: 'credentials of Secrets Manager',
  SECRETKEY_AWS_NAME: 'name of the secret in Secrets Manager',
  SECRETKEY_AWS_SESSION_SECRET: 'name of the secret in Secrets Manager',
}
