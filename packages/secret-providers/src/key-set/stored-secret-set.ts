import type { EpochMs } from '@keyturn/token-crypto'
import { SecretSourceCorruptError } from '../errors.ts'
import { type SecretSet, UNKNOWN_AGE } from '../provider.ts'
import { fingerprint } from './fingerprint.ts'
import { formatKeySet } from './format-key-set.ts'
import { readSecretText } from './read-secret-text.ts'
import { toKeySet, toSecretSet } from './to-secret-set.ts'

/**
 * Writes a set as the text that a source stores: the same JSON key set that files and AWS hold.
 *
 * @throws {TypeError} A secret is no text.
 */
export function formatSecretSet(set: SecretSet): string {
  const oldest = Math.min(...set.versions.map(({ createdAt }) => createdAt))
  return formatKeySet(toKeySet(set, Number.isFinite(oldest) ? oldest : UNKNOWN_AGE))
}

export interface ParseSecretSetOptions {
  /** Which source and where, for logs and errors. */
  readonly origin: string
  /** Age of a text that is no key set but the secret itself. Default: unknown. */
  readonly createdAt?: EpochMs
}

/**
 * Reads what a source stores: a JSON key set, or one line that is the secret itself.
 *
 * @throws {SecretSourceCorruptError} KEYTURN_SECRET_SOURCE_CORRUPT: empty, torn, or of an unknown format.
 */
export function parseSecretSet(text: string, { origin, createdAt = UNKNOWN_AGE }: ParseSecretSetOptions): SecretSet {
  const { keySet, problems } = readSecretText(text, createdAt)
  if (keySet === undefined) throw new SecretSourceCorruptError(origin, problems)
  return toSecretSet(keySet, origin)
}

/** Whether two sets sign and accept alike: what a compare-and-set compares. */
export function isSameSecretSet(a: SecretSet, b: SecretSet): boolean {
  return fingerprint(a) === fingerprint(b)
}
