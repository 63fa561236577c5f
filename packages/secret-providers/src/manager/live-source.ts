import type { EpochMs, SecretVersion } from '@keyturn/token-crypto'
import { placeOf, type ProviderChain } from '../chain.ts'
import { RotationUnsupportedError, SecretVanishedError } from '../errors.ts'
import { fingerprint } from '../key-set/fingerprint.ts'
import type { ReplaceOutcome, SecretProvider, SecretSet } from '../provider.ts'
import { refuseWeak } from '../refuse-weak.ts'
import { withDeadline } from './deadline.ts'
import type { ResolvedManagerOptions } from './manager-options.ts'

/** For how long a source may still answer with what was there before our own write. */
const READ_LAG_MS = 60_000

/** The sources as the manager sees them: time-limited, checked, and never going back behind its own writes. */
export interface LiveSource {
  /** What was loaded last and was good. */
  readonly current: SecretSet | undefined
  /** Where `current` came from. */
  readonly provider: SecretProvider | undefined
  /** Reads what is there now. `undefined` only before anything was ever loaded. */
  load(): Promise<SecretSet | undefined>
  create(version: SecretVersion): Promise<SecretSet>
  /** Writes `next` in place of `current`, and takes what is there afterwards. */
  replace(next: SecretSet): Promise<ReplaceOutcome>
}

export interface LiveSourceOptions {
  readonly chain: ProviderChain
  readonly options: ResolvedManagerOptions
  readonly signal: AbortSignal
}

export function createLiveSource({ chain, options, signal }: LiveSourceOptions): LiveSource {
  const { clock, loadTimeoutMs } = options
  const superseded = new Map<string, EpochMs>()
  let current: SecretSet | undefined
  let asked = 0
  let answered = 0

  function ask<T>(question: (signal: AbortSignal) => Promise<T>, timeoutMs: number): Promise<T> {
    return withDeadline({ source: current?.origin ?? options.providers.map(placeOf).join('; '), timeoutMs, clock, signal }, question)
  }

  function take(set: SecretSet): SecretSet {
    refuseWeak(set)
    current = set
    return set
  }

  function isOutdated(set: SecretSet): boolean {
    const until = superseded.get(fingerprint(set))
    return until !== undefined && clock.now() < until
  }

  async function load(): Promise<SecretSet | undefined> {
    const turn = ++asked
    const set = await ask((within) => chain.load({ signal: within }), loadTimeoutMs)
    // A slow answer to an older question does not undo a newer one.
    if (turn < answered) return current
    answered = turn
    if (set === undefined) {
      if (current !== undefined) throw new SecretVanishedError(current.origin)
      return undefined
    }
    return current !== undefined && isOutdated(set) ? current : take(set)
  }

  return {
    get current() {
      return current
    },
    get provider() {
      return current === undefined ? undefined : chain.providerOf(current)
    },
    load,
    async create(version) {
      return take(await ask((within) => chain.create(version, { signal: within }), 2 * loadTimeoutMs))
    },
    async replace(next) {
      const expected = current
      const provider = expected === undefined ? undefined : chain.providerOf(expected)
      if (expected === undefined || !provider?.supports.rotate) {
        throw new RotationUnsupportedError(expected?.origin ?? placeOf(chain), 'Its source is read-only.')
      }
      // Twice the time: a write also waits for other writers.
      const outcome = await ask((within) => chain.replace(next, expected, { signal: within }), 2 * loadTimeoutMs)
      if (outcome === 'replaced') {
        superseded.delete(fingerprint(next))
        superseded.set(fingerprint(expected), clock.now() + READ_LAG_MS)
        // The write is durable: from here on our own set counts, until something newer is read.
        take(next)
        await load().catch(() => undefined)
      } else {
        await load()
      }
      return outcome
    },
  }
}
