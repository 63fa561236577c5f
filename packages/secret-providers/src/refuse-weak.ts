import { assessSecret, type SecretVersion } from '@keyturn/token-crypto'
import { SecretRefusedError } from './errors.ts'
import type { SecretFault } from './notices/secret-fault.ts'
import type { SecretSet } from './provider.ts'
import { allVersions } from './rotation/phases.ts'

/**
 * Refuses a set that has a weak secret in it, with every problem of every version.
 *
 * @throws {SecretRefusedError} KEYTURN_SECRET_REFUSED
 */
export function refuseWeak(set: SecretSet): void {
  const faults = allVersions(set).flatMap((version) => findWeakness(version, describe(version, set)))
  if (faults.length > 0) throw new SecretRefusedError(faults)
}

export function findWeakness({ secret }: Pick<SecretVersion, 'secret'>, where: string): SecretFault[] {
  return assessSecret(secret).map(({ rule, problem }) => ({ where, rule, problem }))
}

function describe({ id, state }: SecretVersion, { origin }: SecretSet): string {
  return `${origin}, ${state} key ${id}`
}
