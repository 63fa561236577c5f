import { createSecretKey, type KeyObject, type webcrypto } from 'node:crypto'
import type { LegacySecret } from '../keyring/keyring.ts'

export const JWT_ALGORITHM = 'HS256'
/** RFC 7518 §3.2 asks for a key as long as the hash; jose takes 5 bytes. */
const MIN_KEY_BYTES = 32

const cryptoKeys = new WeakMap<KeyObject | LegacySecret, webcrypto.CryptoKey>()

/** The form that jose works with fastest, made once for each key. */
export function toJwtKey(key: KeyObject): webcrypto.CryptoKey {
  return cryptoKeys.get(key) ?? remember(key, key)
}

/** The key of a raw secret; `undefined` when it is too short to verify tokens with. */
export function toLegacyJwtKey(legacy: LegacySecret): webcrypto.CryptoKey | undefined {
  if (legacy.secret.byteLength < MIN_KEY_BYTES) return undefined
  const known = cryptoKeys.get(legacy)
  if (known !== undefined) return known
  const bytes = legacy.secret.expose()
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return remember(legacy, key)
}

function remember(owner: KeyObject | LegacySecret, key: KeyObject): webcrypto.CryptoKey {
  const cryptoKey = key.toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
  cryptoKeys.set(owner, cryptoKey)
  return cryptoKey
}
