import { SecretSourceCorruptError } from '../errors.ts'
import { readSecretText, type SecretText } from '../key-set/read-secret-text.ts'

/** Reads the value of a version: a key set, a bare text, or a field of a JSON object that holds either. */
export function readAwsText(text: string, field: string | undefined, createdAt: number): SecretText {
  if (field === undefined) return readSecretText(text, createdAt)
  const value = parseFields(text)?.[field]
  if (typeof value === 'string') return readSecretText(value, createdAt)
  return { kind: 'unreadable', problems: [`it is not a JSON object whose field ${JSON.stringify(field)} is a text`] }
}

/** Puts a key set where `readAwsText` finds it, and leaves the other fields as they are. */
export function writeAwsText(keySetText: string, field: string | undefined, before: string | undefined, source: string): string {
  if (field === undefined) return keySetText
  const fields = before === undefined ? {} : parseFields(before)
  if (fields === undefined) throw new SecretSourceCorruptError(source, ['it is not a JSON object'])
  return JSON.stringify({ ...fields, [field]: keySetText })
}

function parseFields(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
