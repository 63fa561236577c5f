import type { EpochMs, KeyId } from '@keyturn/token-crypto'
import { RotationNotReadyError, SecretInUseError, UnknownVersionError } from '../errors.ts'
import type { ReferenceCounter } from '../manager/manager-types.ts'
import type { SecretSet } from '../provider.ts'
import { allVersions, hasEnded } from './phases.ts'

/** Retiring versions that nothing refers to. None, when nobody can count. */
export async function findUnused(set: SecretSet, countReferences: ReferenceCounter | undefined): Promise<readonly KeyId[]> {
  if (countReferences === undefined) return []
  const retiring = allVersions(set).filter(({ state }) => state === 'retiring')
  const counts = await Promise.all(retiring.map(async ({ id }) => ({ id, count: await countReferences(id) })))
  return counts.filter(({ count }) => count === 0).map(({ id }) => id)
}

/** Passes when a version may be removed: it does not sign, and its grace has run out or nothing refers to it. */
export async function assertUnused(
  set: SecretSet,
  keyId: KeyId,
  { now, countReferences }: { readonly now: EpochMs; readonly countReferences?: ReferenceCounter },
): Promise<void> {
  const version = allVersions(set).find(({ id }) => id === keyId)
  if (version === undefined) throw new UnknownVersionError(keyId)
  if (version.state === 'primary') {
    throw new RotationNotReadyError(`Key ${keyId} signs. Rotate first, or use compromise() if others know it.`)
  }
  if (version.state === 'pending' || hasEnded(version, now)) return
  if (countReferences === undefined) {
    throw new RotationNotReadyError(`The grace of key ${keyId} has not run out. Give countReferences, or wait.`)
  }
  const references = await countReferences(keyId)
  if (references > 0) throw new SecretInUseError(keyId, references)
}
