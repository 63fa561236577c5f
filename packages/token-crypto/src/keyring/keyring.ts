import { type Clock, type EpochMs, systemClock } from '../clock.ts'
import { KeyIdCollisionError, NoPrimaryKeyError, SeveralPrimaryKeysError } from '../errors.ts'
import { Secret } from '../secret/secret.ts'
import { PURPOSES, type Purpose } from './derive-key.ts'
import type { KeyId } from './key-id.ts'
import { createPurposeKeys, type PurposeKey, type PurposeKeys } from './purpose-keys.ts'
import type { SecretVersion } from './secret-version.ts'

/** A raw secret of an older system: it only verifies and only opens, until its end date. */
export interface LegacySecret {
  readonly secret: Secret
  readonly acceptUntil: EpochMs
}

export interface KeyringOptions {
  /** Roots of every purpose; exactly one is primary. */
  readonly versions: readonly SecretVersion[]
  /**
   * Roots of the purpose `session` in place of `versions`; exactly one is primary.
   * What `versions` sealed before still opens.
   */
  readonly encryptionVersions?: readonly SecretVersion[]
  readonly legacySecrets?: readonly LegacySecret[]
  /** Tells when a retiring version ends. Default: the clock of this machine. */
  readonly clock?: Clock
}

/** Immutable: one primary key a purpose, and those that are accepted beside it. */
export interface Keyring {
  readonly versions: readonly SecretVersion[]
  /** Empty when `versions` are the roots of every purpose. */
  readonly encryptionVersions: readonly SecretVersion[]
  /** All that were given, also those whose date has passed. */
  readonly legacySecrets: readonly LegacySecret[]
  /** Signs and seals. */
  primary(purpose: Purpose): PurposeKey
  /** The accepted key of that id; `undefined` when unknown or past its `retireAt`. */
  find(purpose: Purpose, keyId: KeyId): PurposeKey | undefined
  /** Primary first, without those past their `retireAt`. */
  accepted(purpose: Purpose): readonly PurposeKey[]
  /** Raw secrets whose date has not passed. */
  acceptedLegacySecrets(): readonly LegacySecret[]
}

/**
 * Makes a keyring. Each derived key is computed once, when its purpose is first used.
 *
 * @throws {NoPrimaryKeyError} KEYTURN_NO_PRIMARY_KEY
 * @throws {SeveralPrimaryKeysError} KEYTURN_SEVERAL_PRIMARY_KEYS
 * @throws {KeyIdCollisionError} KEYTURN_KEY_ID_COLLISION: also when one secret is listed twice.
 * @throws {TypeError} A legacy secret is no `Secret` or has no end date.
 */
export function createKeyring(options: KeyringOptions): Keyring {
  const clock = options.clock ?? systemClock
  const versions = Object.freeze([...options.versions])
  const encryptionVersions = Object.freeze([...(options.encryptionVersions ?? [])])
  const legacySecrets = Object.freeze([...(options.legacySecrets ?? [])])
  checkVersions(versions, 'versions')
  if (options.encryptionVersions !== undefined) checkVersions(encryptionVersions, 'encryptionVersions')
  legacySecrets.forEach(checkLegacySecret)

  const purposes = new Map<Purpose, PurposeKeys>()
  const keysOf = (purpose: Purpose): PurposeKeys => purposes.get(purpose) ?? addPurpose(purpose)
  function addPurpose(purpose: Purpose): PurposeKeys {
    if (!PURPOSES.includes(purpose)) throw new TypeError(`Unknown purpose; use one of ${PURPOSES.join(', ')}.`)
    const separate = purpose === 'session' && encryptionVersions.length > 0
    const roots = separate ? withFallback(encryptionVersions, versions) : versions
    const keys = createPurposeKeys({ purpose, versions: roots, clock })
    purposes.set(purpose, keys)
    return keys
  }
  return Object.freeze({
    versions,
    encryptionVersions,
    legacySecrets,
    primary: (purpose: Purpose) => keysOf(purpose).primary,
    find: (purpose: Purpose, keyId: KeyId) => keysOf(purpose).find(keyId),
    accepted: (purpose: Purpose) => keysOf(purpose).accepted(),
    acceptedLegacySecrets: () =>
      legacySecrets.length === 0 ? legacySecrets : legacySecrets.filter(({ acceptUntil }) => clock.now() < acceptUntil),
  })
}

function checkVersions(versions: readonly SecretVersion[], list: string): void {
  const primaries = versions.filter(({ state }) => state === 'primary').length
  if (primaries === 0) throw new NoPrimaryKeyError(list)
  if (primaries > 1) throw new SeveralPrimaryKeysError(list)
  const ids = new Set<KeyId>()
  for (const { id } of versions) {
    if (ids.has(id)) throw new KeyIdCollisionError(id)
    ids.add(id)
  }
}

function checkLegacySecret({ secret, acceptUntil }: LegacySecret): void {
  if (!(secret instanceof Secret)) throw new TypeError('createKeyring: a legacy secret is not a Secret.')
  if (!Number.isFinite(acceptUntil)) {
    throw new TypeError('createKeyring: a legacy secret needs acceptUntil, a time in epoch milliseconds.')
  }
}

/** Sessions sealed before a separate root was set must still open: nobody is logged out by setting one. */
function withFallback(separate: readonly SecretVersion[], shared: readonly SecretVersion[]): SecretVersion[] {
  const ids = new Map(separate.map((version) => [version.id, version.secret]))
  const older = shared.filter(({ id, secret }) => {
    const taken = ids.get(id)
    if (taken !== undefined && !taken.equals(secret)) throw new KeyIdCollisionError(id)
    return taken === undefined
  })
  return [...separate, ...older.map((version) => ({ ...version, state: 'retiring' as const }))]
}
