import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { Secret } from '../secret/secret.ts'

const HALF = 16

/** The two keys that a Fernet key consists of. */
export interface FernetKeyPair {
  readonly signing: KeyObject
  readonly encryption: KeyObject
}

/**
 * Makes a Fernet key: 32 random bytes as 44 characters of base64url with padding, what Python's
 * `Fernet.generate_key()` gives.
 */
export function generateFernetKey(): Secret {
  return encodeFernetKey(randomBytes(2 * HALF))
}

/** Writes 32 bytes as a Fernet key and wipes them. */
export function encodeFernetKey(bytes: Buffer): Secret {
  const key = Secret.fromText(`${bytes.toString('base64url')}=`)
  bytes.fill(0)
  return key
}

/** @throws {TypeError} The secret is not the base64 text of 32 bytes. */
export function readFernetKey(key: Secret): FernetKeyPair {
  if (!(key instanceof Secret)) throw new TypeError('A Fernet key is a Secret: use Secret.fromText.')
  const text = key.expose().toString('latin1')
  // Either alphabet, as in Python; 43 characters of 6 bits hold 32 bytes.
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) {
    throw new TypeError('A Fernet key is 32 bytes in base64url: 44 characters, the last one "=".')
  }
  const bytes = Buffer.from(text, 'base64url')
  const pair = { signing: createSecretKey(bytes.subarray(0, HALF)), encryption: createSecretKey(bytes.subarray(HALF)) }
  bytes.fill(0)
  return pair
}
