import { type Clock, type EpochMs, systemClock } from '../clock.ts'
import { OpenError } from '../errors.ts'
import type { Keyring } from '../keyring/keyring.ts'
import type { LiveKeyring } from '../keyring/live-keyring.ts'
import { withRefresh } from '../keyring/with-refresh.ts'
import type { Secret } from '../secret/secret.ts'
import { deriveFernetKey, type FernetDerivation, resolveDerivation } from './derive-fernet-key.ts'
import type { FernetDecoding } from './fernet-token.ts'
import { createMultiFernet, type Fernet, type FernetAge } from './multi-fernet.ts'

export interface KeyringFernetOptions {
  readonly keyring: LiveKeyring
  /** How Fernet keys are made of the keyring's secrets. */
  readonly derivation: FernetDerivation
  /** Default `'strict'`. */
  readonly decoding?: FernetDecoding
  readonly clock?: Clock
}

/** Fernet under the secrets of a keyring: rotates with it. Asynchronous, for the first use of a secret derives its key. */
export interface KeyringFernet {
  /** Encrypts under the primary. */
  encrypt(plain: string | Uint8Array): Promise<string>
  /** Opens with any accepted or legacy secret. @throws {OpenError} KEYTURN_CANNOT_OPEN */
  decrypt(token: string, age?: FernetAge): Promise<Buffer>
  /** Opens as `decrypt` does and encrypts under the primary; the timestamp stays. @throws {OpenError} KEYTURN_CANNOT_OPEN */
  rotate(token: string): Promise<string>
  /** When an authentic token was made, epoch milliseconds. @throws {OpenError} KEYTURN_CANNOT_OPEN */
  extractTimestamp(token: string): Promise<EpochMs>
}

/** The Fernet of one keyring, valid until one of its secrets ends. */
interface Prepared {
  readonly keyring: Keyring
  readonly secrets: readonly Secret[]
  readonly fernet: Fernet
}

/**
 * Fernet over a keyring: encrypts under the primary secret, opens under every accepted one, then under the legacy
 * secrets whose date has not passed.
 *
 * A Fernet token does not name its key, so all of them are tried.
 *
 * @throws {TypeError} The derivation is out of range.
 */
export function createKeyringFernet(options: KeyringFernetOptions): KeyringFernet {
  const clock = options.clock ?? systemClock
  const decoding = options.decoding ?? 'strict'
  const live = options.keyring
  resolveDerivation(options.derivation)
  let prepared: Prepared | undefined

  async function fernetOf(keyring: Keyring): Promise<Fernet> {
    const secrets = acceptedSecrets(keyring)
    if (prepared?.keyring === keyring && prepared.secrets.length === secrets.length) return prepared.fernet
    const fernet = await prepare(secrets)
    prepared = { keyring, secrets, fernet }
    return fernet
  }

  /** What no known key opens may have been made under one that this process has not heard of. */
  function opening<T>(attempt: (fernet: Fernet) => T): Promise<T> {
    return withRefresh(live, async (keyring) => attempt(await fernetOf(keyring)), (error) => error instanceof OpenError)
  }

  async function prepare(secrets: readonly Secret[]): Promise<Fernet> {
    const keys = await Promise.all(secrets.map((secret) => deriveFernetKey(secret, options.derivation)))
    return createMultiFernet(keys, { decoding, clock })
  }

  return Object.freeze({
    encrypt: async (plain: string | Uint8Array) => (await fernetOf(live.current)).encrypt(plain),
    decrypt: (token: string, age?: FernetAge) => opening((fernet) => fernet.decrypt(token, age)),
    rotate: (token: string) => opening((fernet) => fernet.rotate(token)),
    extractTimestamp: (token: string) => opening((fernet) => fernet.extractTimestamp(token)),
  })
}

/** Primary first. Secrets only ever leave, so their number tells whether one has ended. */
function acceptedSecrets(keyring: Keyring): Secret[] {
  const roots = new Map(keyring.versions.map(({ id, secret }) => [id, secret]))
  const accepted = keyring.accepted('token').map(({ id }) => roots.get(id) as Secret)
  return [...accepted, ...keyring.acceptedLegacySecrets().map(({ secret }) => secret)]
}
