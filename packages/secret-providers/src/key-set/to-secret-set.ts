import type { SecretSet } from '../provider.ts'
import type { KeySet } from './key-set.ts'

/** A stored key set as a source hands it out. */
export function toSecretSet({ versions, encryptionVersions, legacySecrets }: KeySet, origin: string): SecretSet {
  return Object.freeze({
    versions,
    ...(encryptionVersions === undefined ? {} : { encryptionVersions }),
    ...(legacySecrets === undefined ? {} : { legacySecrets }),
    origin,
  })
}

/** What a source stores of a set. `createdAt` is that of the key set before it. */
export function toKeySet({ versions, encryptionVersions, legacySecrets }: SecretSet, createdAt: number): KeySet {
  return {
    versions,
    ...(encryptionVersions === undefined ? {} : { encryptionVersions }),
    ...(legacySecrets === undefined ? {} : { legacySecrets }),
    createdAt,
  }
}
