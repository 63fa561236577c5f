import type { Secret } from '../secret/secret.ts'
import { createMultiFernet, type Fernet, type FernetOptions } from './multi-fernet.ts'

/**
 * Fernet with one key.
 *
 * @param key - A Fernet key, 44 characters of base64url: `Secret.fromText(process.env.FERNET_KEY)`.
 * @throws {TypeError} The key has another form.
 * @see https://github.com/fernet/spec/blob/master/Spec.md
 */
export function createFernet(key: Secret, options: FernetOptions = {}): Fernet {
  return createMultiFernet([key], options)
}
