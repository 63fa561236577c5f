import { randomBytes } from 'node:crypto'
import { Secret } from './secret.ts'

/** How a generated secret is written. */
export interface GenerateSecretOptions {
  /** Default `'base64url'`: 43 characters for 32 bytes. `'hex'`: 64. */
  readonly encoding?: 'base64url' | 'hex'
  /** Random bytes before encoding, 32 to 1024. Default 32. */
  readonly bytes?: number
}

/**
 * Makes a secret from the operating system's random source.
 *
 * @throws {TypeError} `bytes` is not a whole number from 32 to 1024, or `encoding` is unknown.
 */
export function generateSecret(options: GenerateSecretOptions = {}): Secret {
  const encoding = options.encoding ?? 'base64url'
  const bytes = options.bytes ?? 32
  if (encoding !== 'base64url' && encoding !== 'hex') {
    throw new TypeError("generateSecret: encoding is 'base64url' or 'hex'.")
  }
  if (!Number.isInteger(bytes) || bytes < 32 || bytes > 1024) {
    throw new TypeError('generateSecret: bytes is a whole number from 32 to 1024.')
  }
  return Secret.fromText(randomBytes(bytes).toString(encoding))
}
