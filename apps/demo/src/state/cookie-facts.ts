import { createCookieSigner, createKeyring, createLiveKeyring, createSecretVersion, type Keyring, type KeyId } from '@keyturn/token-crypto'
import type { CookieFacts } from '../page/page-state.ts'

const SHOWN_CHARACTERS = 8

/**
 * Which key signed a cookie, and which signs it from now on. A cookie does not carry a key id, so each key is asked.
 *
 * @returns `undefined` for a cookie that no accepted key signed.
 */
export function cookieFacts(name: string, cookie: string | undefined, keyring: Keyring): CookieFacts | undefined {
  const signer = createCookieSigner(createLiveKeyring({ keyring }))
  const { valid, renew, value } = signer.unsign(cookie ?? '')
  const receivedBy = cookie === undefined || !valid ? undefined : signedBy(cookie, keyring)
  if (cookie === undefined || value === null || receivedBy === undefined) return undefined
  return {
    name,
    receivedBy,
    receivedSignature: endOf(cookie),
    returnedBy: renew ? keyring.primary('cookie').id : undefined,
    returnedSignature: renew ? endOf(signer.sign(value)) : undefined,
  }
}

function signedBy(cookie: string, keyring: Keyring): KeyId | undefined {
  const version = keyring.versions.find(({ secret, createdAt }) => {
    const alone = createKeyring({ versions: [createSecretVersion({ secret, createdAt, state: 'primary' })] })
    return createCookieSigner(createLiveKeyring({ keyring: alone })).unsign(cookie).valid
  })
  return version?.id
}

// Enough to see that it changed; the whole of it belongs to the browser alone.
function endOf(cookie: string): string {
  return cookie.slice(-SHOWN_CHARACTERS)
}
