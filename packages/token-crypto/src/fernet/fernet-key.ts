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
  const bytes = decodeKey(key.expose().toString('latin1'))
  if (bytes === undefined) throw new TypeError('A Fernet key is 32 bytes in base64url: 44 characters, the last one "=".')
  const pair = { signing: createSecretKey(bytes.subarray(0, HALF)), encryption: createSecretKey(bytes.subarray(HALF)) }
  bytes.fill(0)
  return pair
}

/** Takes either alphabet and surplus bits, as Python does. No regular expression: V8 keeps the last text it matched. */
function decodeKey(text: string): Buffer | undefined {
  const written = text.endsWith('=') ? text.slice(0, -1) : text
  const bytes = Buffer.from(written, 'base64url')
  if (written.length !== 43 || bytes.length !== 2 * HALF) return undefined
  return bytes
}
