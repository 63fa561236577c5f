import { createHash } from 'node:crypto'
import { createKeyId, type LegacySecret, type SecretVersion } from '@keyturn/token-crypto'

/** The parts of a set that decide what is signed and accepted. */
export interface Fingerprinted {
  readonly versions: readonly SecretVersion[]
  readonly encryptionVersions?: readonly SecretVersion[]
  readonly legacySecrets?: readonly LegacySecret[]
}

/** Equal for sets that sign and accept alike. Made of key ids, states and dates; tells nothing of a secret. */
export function fingerprint(set: Fingerprinted): string {
  const parts = [
    set.versions.map(toPart),
    (set.encryptionVersions ?? []).map(toPart),
    (set.legacySecrets ?? []).map(({ secret, acceptUntil }) => `${createKeyId(secret)} ${acceptUntil}`).sort(),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function toPart({ id, state, createdAt, retireAt }: SecretVersion): readonly unknown[] {
  return [id, state, createdAt, retireAt ?? null]
}
