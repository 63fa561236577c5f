import { isUtf8 } from 'node:buffer'
import type { Secret } from './secret.ts'

/** What the rules look at. */
export interface SecretShape {
  /** As written; for bytes that are no text, one character a byte. */
  readonly text: string
  readonly byteLength: number
  /** `'bytes'`: no text at all. */
  readonly encoding: 'hex' | 'base64' | 'text' | 'bytes'
  /** What the text stands for: decoded hex or base64, else its own bytes. */
  readonly decoded: Buffer
}

export function readSecretShape(secret: Secret): SecretShape {
  const bytes = secret.expose()
  const byteLength = bytes.length
  if (!isUtf8(bytes)) return { text: bytes.toString('latin1'), byteLength, encoding: 'bytes', decoded: bytes }
  const text = bytes.toString('utf8')
  const encoding = recogniseEncoding(text)
  const decoded = encoding === 'text' ? bytes : Buffer.from(text, encoding)
  return { text, byteLength, encoding, decoded }
}

const DIGITS = '0123456789'
const HEX: ReadonlySet<string> = new Set(`${DIGITS}abcdefABCDEF`)
// Both alphabets: Buffer decodes either under the name base64.
const BASE64: ReadonlySet<string> = new Set(`${DIGITS}abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/-_`)

function recogniseEncoding(text: string): 'hex' | 'base64' | 'text' {
  if (consistsOf(text, HEX)) return 'hex'
  if (consistsOf(withoutPadding(text), BASE64)) return 'base64'
  return 'text'
}

function withoutPadding(text: string): string {
  if (text.endsWith('==')) return text.slice(0, -2)
  return text.endsWith('=') ? text.slice(0, -1) : text
}

/**
 * Whether a text is not empty and has no other characters. By hand, as everything that reads a secret: V8 keeps the
 * last text that a regular expression matched.
 */
export function consistsOf(text: string, characters: ReadonlySet<string>): boolean {
  for (const character of text) if (!characters.has(character)) return false
  return text.length > 0
}
