import type { Secret } from '../secret/secret.ts'
import { expandSecret } from './derive-key.ts'

/** Names a secret without telling anything of it: 8 bytes as 16 lowercase hex digits. */
export type KeyId = string

export const KEY_ID_BYTES = 8

/** The id of a secret: HKDF-SHA256 under `keyturn/v1/key-id`, so the same text has the same id wherever it stands. */
export function createKeyId(secret: Secret): KeyId {
  return expandSecret(secret, 'key-id', KEY_ID_BYTES).toString('hex')
}
