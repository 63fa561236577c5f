export type SecretEncoding = 'hex' | 'base64' | 'base64url' | 'text'

/** How a secret is written. Only told, never decoded: a secret is its text. */
export function recogniseEncoding(text: string): SecretEncoding {
  if (text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text)) return 'hex'
  if (text.length % 4 === 0 && /^[0-9a-z+/]+={0,2}$/i.test(text)) return 'base64'
  if (/^[0-9a-z_-]+$/i.test(text) && text.length % 4 !== 1) return 'base64url'
  return 'text'
}
