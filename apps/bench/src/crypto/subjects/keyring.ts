import { createKeyring, createLiveKeyring, createSecretVersion, generateSecret, type Keyring, type LiveKeyring } from '@keyturn/token-crypto'

/** A keyring of one new secret. */
export function newKeyring(): LiveKeyring {
  const version = createSecretVersion({ secret: generateSecret(), state: 'primary', createdAt: Date.now() })
  return createLiveKeyring({ keyring: createKeyring({ versions: [version] }) })
}

/** As another process would make it of the same secret. */
export function sameKeyring({ versions }: Keyring): Keyring {
  return createKeyring({ versions })
}
