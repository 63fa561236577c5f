import { createSecretVersion, type LegacySecret, Secret, type SecretVersion } from '@keyturn/token-crypto'
import { SecretSourceClosedError } from '../errors.ts'
import { checkOptions } from '../option-rules.ts'
import { type SecretProvider, type SecretSet, UNKNOWN_AGE } from '../provider.ts'

/** Give `secret`, or `versions` with exactly one primary among them. */
export interface StaticProviderOptions {
  readonly secret?: Secret | string
  readonly versions?: readonly SecretVersion[]
  readonly encryptionVersions?: readonly SecretVersion[]
  readonly legacySecrets?: readonly LegacySecret[]
  /** What logs call it. Default `configuration`. */
  readonly origin?: string
}

/**
 * Holds secrets that the program itself hands over; they stay as they are.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createStaticProvider(options: StaticProviderOptions): SecretProvider {
  const { secret, versions, encryptionVersions, legacySecrets } = options
  checkOptions('createStaticProvider', [
    (secret === undefined) === (versions === undefined) ? 'give either secret or versions' : undefined,
    secret === '' ? 'secret is empty' : undefined,
    versions !== undefined && countPrimaries(versions) !== 1 ? 'versions has not exactly one primary' : undefined,
    encryptionVersions !== undefined && countPrimaries(encryptionVersions) !== 1
      ? 'encryptionVersions has not exactly one primary'
      : undefined,
  ])
  const set: SecretSet = Object.freeze({
    versions: Object.freeze([...(versions ?? [toVersion(secret as Secret | string)])]),
    ...(encryptionVersions === undefined ? {} : { encryptionVersions: Object.freeze([...encryptionVersions]) }),
    ...(legacySecrets === undefined ? {} : { legacySecrets: Object.freeze([...legacySecrets]) }),
    origin: options.origin ?? 'configuration',
  })
  let closed = false
  return Object.freeze({
    name: 'static',
    supports: Object.freeze({ create: false, rotate: false, watch: false }),
    async load({ signal } = {}) {
      signal?.throwIfAborted()
      if (closed) throw new SecretSourceClosedError('The static provider')
      return set
    },
    async close() {
      closed = true
    },
  } satisfies SecretProvider)
}

function toVersion(secret: Secret | string): SecretVersion {
  const wrapped = typeof secret === 'string' ? Secret.fromText(secret) : secret
  return createSecretVersion({ secret: wrapped, state: 'primary', createdAt: UNKNOWN_AGE })
}

function countPrimaries(versions: readonly SecretVersion[]): number {
  return versions.filter(({ state }) => state === 'primary').length
}
