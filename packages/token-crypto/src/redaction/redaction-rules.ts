/** What every way of redacting needs. */
export interface RedactionRules {
  /** Names of properties to hide whole, lowercase. */
  readonly keys: readonly string[]
  readonly censor: string
  redactText(text: string): string
}

const READINGS: readonly BufferEncoding[] = ['utf8', 'utf16le', 'hex']

/** Whether bytes, read as text or as they are, hold a secret. */
export function holdsSecret(bytes: ArrayBufferView, rules: RedactionRules): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return READINGS.some((encoding) => {
    const text = view.toString(encoding)
    return rules.redactText(text) !== text
  })
}
