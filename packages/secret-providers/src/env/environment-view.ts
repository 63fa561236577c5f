import { resolve } from 'node:path'
import { readDotenvFile } from './dotenv-file.ts'

export interface EnvironmentOptions {
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /**
   * A `.env` file that fills in what `env` does not have; it is read again at each load. `false`: none.
   * Default: `.env` in the working folder, or none when `env` is given.
   */
  readonly dotenv?: string | false
}

export interface EnvironmentValue {
  readonly name: string
  readonly value: string
  /** `environment`, or the path of the `.env` file. */
  readonly from: string
}

/** The environment, with the `.env` file behind it. */
export interface EnvironmentView {
  get(name: string): EnvironmentValue | undefined
  /** Names that are set and match, in order of their numbers. */
  match(pattern: RegExp): readonly EnvironmentValue[]
  readonly warnings: readonly string[]
}

export async function viewEnvironment(options: EnvironmentOptions = {}): Promise<EnvironmentView> {
  const env = options.env ?? process.env
  const dotenv = options.dotenv ?? (options.env === undefined ? '.env' : false)
  const path = dotenv === false ? undefined : resolve(dotenv)
  const file = path === undefined ? { values: {}, warnings: [] } : await readDotenvFile(path)

  function get(name: string): EnvironmentValue | undefined {
    const own = Object.hasOwn(env, name) ? env[name] : undefined
    if (own !== undefined) return { name, value: own, from: 'environment' }
    const value = Object.hasOwn(file.values, name) ? file.values[name] : undefined
    return value === undefined ? undefined : { name, value, from: path as string }
  }

  return {
    get,
    match(pattern) {
      const names = new Set([...Object.keys(env), ...Object.keys(file.values)].filter((name) => pattern.test(name)))
      const collator = new Intl.Collator('en', { numeric: true })
      return [...names].sort(collator.compare).flatMap((name) => get(name) ?? [])
    },
    warnings: file.warnings,
  }
}
