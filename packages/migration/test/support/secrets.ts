import { createHash } from 'node:crypto'
import { createKeyring, createSecretVersion, type Keyring, Secret } from '@keyturn/token-crypto'

const CREATED_AT = Date.UTC(2026, 0, 1)

/** A good secret text, the same for the same name. */
export function secretText(name: string): string {
  return createHash('sha256').update(`keyturn test ${name}`).digest('base64url')
}

export function namedSecret(name: string): Secret {
  return Secret.fromText(secretText(name))
}

/** The first is primary, the others are retiring. */
export function keyringOf(primary: string, ...others: string[]): Keyring {
  const version = (name: string, state: 'primary' | 'retiring') =>
    createSecretVersion({ secret: namedSecret(name), state, createdAt: CREATED_AT })
  return createKeyring({ versions: [version(primary, 'primary'), ...others.map((name) => version(name, 'retiring'))] })
}
