import type { EpochMs, LegacySecret, SecretVersion } from '@keyturn/token-crypto'

/** What a source that can be written keeps: a JSON text, versioned, the same in a file and in AWS. */
export interface KeySet {
  readonly versions: readonly SecretVersion[]
  readonly encryptionVersions?: readonly SecretVersion[]
  readonly legacySecrets?: readonly LegacySecret[]
  /** When the first secret was kept; later writes leave it as it is. */
  readonly createdAt: EpochMs
  /** End of the files of an older system that lie beside this one. Absent: the default of the source. */
  readonly legacyFilesUntil?: EpochMs
}

export const KEY_SET_FORMAT = 'keyturn-key-set'
export const KEY_SET_VERSION = 1
