import { setTimeout as sleep } from 'node:timers/promises'
import { createSecretVersion, type SecretVersion } from '@keyturn/token-crypto'
import { SecretSourceCorruptError, SecretSourceUnavailableError } from '../errors.ts'
import type { KeySet } from '../key-set/key-set.ts'
import { toSecretSet } from '../key-set/to-secret-set.ts'
import type { SecretText } from '../key-set/read-secret-text.ts'
import { type SecretSet, UNKNOWN_AGE } from '../provider.ts'
import { findWeakness } from '../refuse-weak.ts'
import type { AwsClient, AwsSecretDescription, AwsSecretValue } from './aws-client.ts'
import type { ResolvedAwsProviderOptions } from './aws-options.ts'
import { readAwsText } from './aws-secret-text.ts'

/** What the secret holds at one moment. */
export interface AwsState {
  readonly set: SecretSet
  readonly keySet: KeySet
  readonly currentId: string
  /** The value of the current version, as it stands there. */
  readonly text: string
}

export interface AwsReader {
  /** `undefined` when there is no secret, or one without a value. */
  read(signal?: AbortSignal): Promise<AwsState | undefined>
}

/** Asks what there is, and fetches only what it does not know: the value of a version never changes. */
export function createAwsReader(client: AwsClient, options: ResolvedAwsProviderOptions, source: string): AwsReader {
  const { field, previousMs } = options
  let known: ReadonlyMap<string, AwsSecretValue> = new Map()

  async function fetch(versionId: string, signal: AbortSignal | undefined): Promise<AwsSecretValue> {
    const value = known.get(versionId) ?? (await client.getValue(versionId, signal))
    if (value !== undefined) return value
    // It was named a moment ago: reads lag behind writes, and behind each other.
    for (const delayMs of LAG_DELAYS_MS) {
      await sleep(delayMs, undefined, signal === undefined ? {} : { signal })
      const late = await client.getValue(versionId, signal)
      if (late !== undefined) return late
    }
    throw new SecretSourceUnavailableError(source, 'a version was named that cannot be read yet')
  }

  async function read(signal?: AbortSignal): Promise<AwsState | undefined> {
    const stages = await client.describe(signal)
    if (stages?.current === undefined) return undefined
    const current = await fetch(stages.current, signal)
    const content = readAwsText(current.text, field, current.createdAt)
    if (content.keySet === undefined) throw new SecretSourceCorruptError(source, content.problems)
    const beside = content.kind === 'key-set' ? [] : await fetchBeside(stages, signal)
    known = new Map([current, ...beside.map(({ value }) => value)].map((value) => [value.versionId, value]))
    const set = content.kind === 'key-set' ? toSecretSet(content.keySet, source) : toRotatedSet(content.keySet, current, beside)
    return { set, keySet: content.keySet, currentId: current.versionId, text: current.text }
  }

  async function fetchBeside({ current, previous, pending }: AwsSecretDescription, signal?: AbortSignal): Promise<Beside[]> {
    const beside: Beside[] = []
    if (pending !== undefined && pending !== current) beside.push({ state: 'pending', value: await fetch(pending, signal) })
    if (previous !== undefined && previous !== current) beside.push({ state: 'retiring', value: await fetch(previous, signal) })
    return beside
  }

  /** A secret that others rotate by AWS's own labels: what is before and after the current one is accepted too. */
  function toRotatedSet({ versions }: KeySet, current: AwsSecretValue, beside: readonly Beside[]): SecretSet {
    const all = [...versions]
    const warnings: string[] = []
    for (const { state, value } of beside) {
      const content = readAwsText(value.text, field, value.createdAt)
      // A key set beside a bare secret is a rotation of ours that did not come to its end.
      if (content.kind === 'key-set' && state === 'pending') continue
      const fields = state === 'pending' ? { state, createdAt: UNKNOWN_AGE } : { state, createdAt: value.createdAt, retireAt: current.createdAt + previousMs }
      const found = takeVersions(content).map(({ secret }) => createSecretVersion({ secret, ...fields }))
      const good = found.filter((version) => findWeakness(version, source).length === 0)
      if (good.length === 0) warnings.push(`The ${LABELS[state]} version of ${source} is not accepted: it is weak or cannot be read.`)
      all.push(...good.filter(({ id }) => all.every((other) => other.id !== id)))
    }
    return Object.freeze({
      versions: Object.freeze(all),
      origin: source,
      ...(warnings.length === 0 ? {} : { warnings: Object.freeze(warnings) }),
    })
  }

  return { read }
}

interface Beside {
  readonly state: 'pending' | 'retiring'
  readonly value: AwsSecretValue
}

const LAG_DELAYS_MS: readonly number[] = [50, 100, 200, 400, 800]
const LABELS = { pending: 'AWSPENDING', retiring: 'AWSPREVIOUS' } as const

/** What of another version has signed, or will. */
function takeVersions({ keySet }: SecretText): readonly SecretVersion[] {
  return keySet?.versions.filter(({ state }) => state === 'primary') ?? []
}
