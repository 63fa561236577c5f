import { type EpochMs, Secret } from '@keyturn/token-crypto'
import { parseDate } from './key-set-date.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Reads fields of a foreign JSON value, and gathers what is wrong with them. Problems name places, never values. */
export interface FieldReader {
  readonly problems: string[]
  list(value: unknown, place: string): readonly unknown[]
  object(value: unknown, known: readonly string[], place: string): Fields | undefined
  refuseUnknown(fields: Fields, known: readonly string[], place: string): void
  secret(value: unknown, place: string): Secret | undefined
  date(value: unknown, place: string): EpochMs
}

export function createFieldReader(): FieldReader {
  const problems: string[] = []
  const reader: FieldReader = {
    problems,
    list(value, place) {
      if (Array.isArray(value)) return value as unknown[]
      problems.push(`${place} is not a list`)
      return []
    },
    object(value, known, place) {
      if (!isObject(value)) {
        problems.push(`${place} is not an object`)
        return undefined
      }
      reader.refuseUnknown(value, known, place)
      return value
    },
    refuseUnknown(fields, known, place) {
      // Without its name: where a text was pasted wrongly, the name may be the secret.
      const unknown = Object.keys(fields).filter((name) => !known.includes(name)).length
      if (unknown > 0) problems.push(`${place} has ${unknown} field(s) beside ${known.join(', ')}`)
    },
    secret(value, place) {
      if (typeof value === 'string' && value !== '') return Secret.fromText(value)
      problems.push(`${place} is not a text`)
      return undefined
    },
    date(value, place) {
      const time = typeof value === 'string' ? parseDate(value) : undefined
      if (time !== undefined) return time
      problems.push(`${place} is not a date such as 2026-03-01T12:00:00Z`)
      return 0
    },
  }
  return reader
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
