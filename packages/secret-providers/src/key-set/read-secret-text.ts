import { createSecretVersion, type EpochMs, Secret } from '@keyturn/token-crypto'
import type { KeySet } from './key-set.ts'
import { parseKeySet } from './parse-key-set.ts'

/** What a stored text holds, or everything that keeps it from being read. */
export type SecretText =
  | { readonly kind: 'key-set' | 'plain'; readonly keySet: KeySet; readonly problems?: undefined }
  | { readonly kind: 'unreadable'; readonly keySet?: undefined; readonly problems: readonly string[] }

// Anything else that starts like JSON is a torn key set, not somebody's secret.
const LOOKS_LIKE_JSON = /^\s*[[{"]/

/**
 * Reads a JSON key set, or a plain text of one line that is the secret itself.
 *
 * @param createdAt - Age of a plain secret, which cannot tell it itself.
 */
export function readSecretText(text: string, createdAt: EpochMs): SecretText {
  if (text.trim() === '') return unreadable('it is empty')
  if (LOOKS_LIKE_JSON.test(text)) {
    const { keySet, problems } = parseKeySet(text)
    return keySet === undefined ? { kind: 'unreadable', problems } : { kind: 'key-set', keySet }
  }
  const line = text.replace(/\r?\n$/, '')
  const problem = plainProblem(line)
  if (problem !== undefined) return unreadable(problem)
  const version = createSecretVersion({ secret: Secret.fromText(line), state: 'primary', createdAt })
  return { kind: 'plain', keySet: Object.freeze({ versions: Object.freeze([version]), createdAt }) }
}

function plainProblem(line: string): string | undefined {
  if (/[\r\n]/.test(line)) return 'it has more than one line and is no JSON key set'
  if (/\p{Cc}/u.test(line) || line.includes('\uFFFD')) return 'it has characters that no written secret has'
  if (line !== line.trim()) return 'it begins or ends with white space'
  return undefined
}

function unreadable(problem: string): SecretText {
  return { kind: 'unreadable', problems: [problem] }
}
