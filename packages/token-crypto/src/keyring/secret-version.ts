import type { EpochMs } from '../clock.ts'
import { Secret } from '../secret/secret.ts'
import { createKeyId, type KeyId } from './key-id.ts'

/** `pending`: accepted, does not sign yet. `primary`: signs and seals. `retiring`: accepted until `retireAt`. */
export type SecretState = 'pending' | 'primary' | 'retiring'

/** A secret and where it stands in its life. */
export interface SecretVersion {
  readonly id: KeyId
  readonly secret: Secret
  readonly state: SecretState
  readonly createdAt: EpochMs
  /** From this moment on the version no longer counts. Absent: until it is removed. Only for `retiring`. */
  readonly retireAt?: EpochMs
}

export type SecretVersionOptions = Omit<SecretVersion, 'id'>

const STATES: readonly unknown[] = ['pending', 'primary', 'retiring']

/**
 * Makes a frozen version, with the key id of its secret.
 *
 * @throws {TypeError} Names every field that is wrong.
 */
export function createSecretVersion(options: SecretVersionOptions): SecretVersion {
  const { secret, state, createdAt, retireAt } = options
  const problems = [
    secret instanceof Secret ? undefined : 'secret is not a Secret',
    STATES.includes(state) ? undefined : "state is not 'pending', 'primary' or 'retiring'",
    Number.isFinite(createdAt) ? undefined : 'createdAt is not a time in epoch milliseconds',
    retireAt === undefined || Number.isFinite(retireAt) ? undefined : 'retireAt is not a time in epoch milliseconds',
    retireAt === undefined || state === 'retiring' ? undefined : "retireAt is only for the state 'retiring'",
  ].filter((problem) => problem !== undefined)
  if (problems.length > 0) throw new TypeError(`createSecretVersion: ${problems.join('; ')}.`)
  const version = { id: createKeyId(secret), secret, state, createdAt }
  return Object.freeze(retireAt === undefined ? version : { ...version, retireAt })
}
