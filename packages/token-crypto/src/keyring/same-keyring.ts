import type { Keyring } from './keyring.ts'
import type { SecretVersion } from './secret-version.ts'

/** Whether two keyrings sign, seal and accept alike, so that a swap would change nothing. */
export function isSameKeyring(a: Keyring, b: Keyring): boolean {
  if (a === b) return true
  return (
    haveSameVersions(a.versions, b.versions) &&
    haveSameVersions(a.encryptionVersions, b.encryptionVersions) &&
    a.legacySecrets.length === b.legacySecrets.length &&
    a.legacySecrets.every(({ secret, acceptUntil }, i) => {
      const other = b.legacySecrets[i]
      return other !== undefined && other.acceptUntil === acceptUntil && other.secret.equals(secret)
    })
  )
}

function haveSameVersions(a: readonly SecretVersion[], b: readonly SecretVersion[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ id, state, createdAt, retireAt }, i) => {
      const other = b[i]
      return other?.id === id && other.state === state && other.createdAt === createdAt && other.retireAt === retireAt
    })
  )
}
