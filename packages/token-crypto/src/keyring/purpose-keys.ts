import type { KeyObject } from 'node:crypto'
import type { Clock, EpochMs } from '../clock.ts'
import { deriveKey, type Purpose } from './derive-key.ts'
import type { KeyId } from './key-id.ts'
import type { SecretState, SecretVersion } from './secret-version.ts'

/** A key derived from one secret for one purpose. */
export interface PurposeKey {
  readonly id: KeyId
  /** The id as 8 bytes. */
  readonly idBytes: Buffer
  readonly key: KeyObject
  readonly state: SecretState
}

/** The derived keys of one purpose. */
export interface PurposeKeys {
  readonly primary: PurposeKey
  find(keyId: KeyId): PurposeKey | undefined
  accepted(): readonly PurposeKey[]
}

interface DatedKey extends PurposeKey {
  readonly retireAt: EpochMs
}

interface PurposeKeysOptions {
  readonly purpose: Purpose
  /** Checked by the keyring: exactly one primary, no key id twice. */
  readonly versions: readonly SecretVersion[]
  readonly clock: Clock
}

export function createPurposeKeys({ purpose, versions, clock }: PurposeKeysOptions): PurposeKeys {
  const keys = versions.map((version) => toDatedKey(version, purpose))
  const primary = keys.find(({ state }) => state === 'primary') as DatedKey
  const byId = new Map(keys.map((key) => [key.id, key]))
  let current = Object.freeze([primary, ...keys.filter((key) => key !== primary)])
  let nextEnd = earliestEnd(current)
  return {
    primary,
    find(keyId) {
      const key = byId.get(keyId)
      if (key === undefined || key.retireAt === Infinity) return key
      return clock.now() < key.retireAt ? key : undefined
    },
    accepted() {
      if (nextEnd === Infinity || clock.now() < nextEnd) return current
      current = Object.freeze(current.filter(({ retireAt }) => clock.now() < retireAt))
      nextEnd = earliestEnd(current)
      return current
    },
  }
}

function toDatedKey(version: SecretVersion, purpose: Purpose): DatedKey {
  return Object.freeze({
    id: version.id,
    idBytes: Buffer.from(version.id, 'hex'),
    key: deriveKey(version.secret, purpose),
    state: version.state,
    retireAt: version.retireAt ?? Infinity,
  })
}

function earliestEnd(keys: readonly DatedKey[]): EpochMs {
  return Math.min(...keys.map(({ retireAt }) => retireAt))
}
