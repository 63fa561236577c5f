import { createKeyring, createLiveKeyring, type EpochMs, type Keyring, type LiveKeyring } from '@keyturn/token-crypto'
import { codeOf } from '../bootstrap.ts'
import { fingerprint } from '../key-set/fingerprint.ts'
import type { SecretSet } from '../provider.ts'
import { type EventHub, type SecretEventType, summarise } from './events.ts'
import type { LiveSource } from './live-source.ts'
import type { ResolvedManagerOptions } from './manager-options.ts'

/** The keyring that follows the source, with a record of how loading goes. */
export interface SecretState {
  readonly keyring: LiveKeyring
  readonly lastLoadedAt: EpochMs
  readonly failures: number
  readonly lastErrorCode: string | undefined
  /** Takes what the source holds now into the keyring. `type`: what an event of it is called when it differs. */
  adopt(type: Extract<SecretEventType, 'loaded' | 'created' | 'changed'>): void
  /** Calls `listener` each time that what was taken in differs from what was there before. */
  onAdopted(listener: () => void): void
}

export interface SecretStateOptions {
  readonly source: LiveSource
  readonly hub: EventHub
  readonly options: ResolvedManagerOptions
}

export function createSecretState({ source, hub, options }: SecretStateOptions): SecretState {
  const { clock, cooldownMs } = options
  const warned = new Set<string>()
  let adopted: string | undefined
  let notifyAdopted = (): void => undefined
  let lastLoadedAt = clock.now()
  let failures = 0
  let lastErrorCode: string | undefined

  async function load(): Promise<Keyring> {
    try {
      await source.load()
    } catch (error) {
      failures++
      lastErrorCode = codeOf(error)
      hub.emit({ type: 'refresh-failed', at: clock.now(), origin: currentSet().origin, code: lastErrorCode, failures })
      throw error
    }
    lastLoadedAt = clock.now()
    if (failures > 0) hub.emit({ type: 'recovered', at: clock.now(), origin: currentSet().origin, failures })
    failures = 0
    lastErrorCode = undefined
    announce('changed')
    return toKeyring(currentSet())
  }

  function announce(type: Parameters<SecretState['adopt']>[0]): void {
    const set = currentSet()
    for (const warning of set.warnings ?? []) warnOnce(warning, set)
    const seen = fingerprint(set)
    if (seen === adopted) return
    adopted = seen
    hub.emit({ type, at: clock.now(), origin: set.origin, keys: summarise(set) })
    notifyAdopted()
  }

  function warnOnce(warning: string, { origin }: SecretSet): void {
    if (warned.has(warning)) return
    warned.add(warning)
    hub.emit({ type: 'warning', at: clock.now(), origin, warning })
  }

  function currentSet(): SecretSet {
    return source.current as SecretSet
  }

  function toKeyring({ versions, encryptionVersions, legacySecrets }: SecretSet): Keyring {
    return createKeyring({
      versions,
      ...(encryptionVersions === undefined ? {} : { encryptionVersions }),
      legacySecrets: [...(legacySecrets ?? []), ...options.legacySecrets],
      clock,
    })
  }

  const keyring = createLiveKeyring({ keyring: toKeyring(currentSet()), load, cooldownMs, clock })
  return {
    keyring,
    get lastLoadedAt() {
      return lastLoadedAt
    },
    get failures() {
      return failures
    },
    get lastErrorCode() {
      return lastErrorCode
    },
    adopt(type) {
      keyring.replace(toKeyring(currentSet()))
      announce(type)
    },
    onAdopted(listener) {
      notifyAdopted = listener
    },
  }
}
