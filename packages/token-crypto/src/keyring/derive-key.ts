import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Secret } from '../secret/secret.ts'

/** What a derived key is for: one key never does two jobs. */
export type Purpose = 'cookie' | 'session' | 'token' | 'jwt' | 'owner' | 'index'

export const PURPOSES: readonly Purpose[] = Object.freeze(['cookie', 'session', 'token', 'jwt', 'owner', 'index'] as const)

const KEY_BYTES = 32

/**
 * HKDF-SHA256 of a secret, without salt, under the label `keyturn/v1/<label>`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5869
 */
export function expandSecret(secret: Secret, label: string, bytes: number): Buffer {
  const root = secret.expose()
  const expanded = Buffer.from(hkdfSync('sha256', root, '', `keyturn/v1/${label}`, bytes))
  root.fill(0)
  return expanded
}

/** The 256-bit key of a secret for one purpose. */
export function deriveKey(secret: Secret, purpose: Purpose): KeyObject {
  const bytes = expandSecret(secret, purpose, KEY_BYTES)
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}
