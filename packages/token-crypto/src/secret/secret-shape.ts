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

function recogniseEncoding(text: string): 'hex' | 'base64' | 'text' {
  if (/^[0-9a-f]+$/i.test(text)) return 'hex'
  // Both alphabets: Buffer decodes either under the name base64.
  if (/^[0-9a-z+/_-]+={0,2}$/i.test(text)) return 'base64'
  return 'text'
}
