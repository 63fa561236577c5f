import type { StoredSession, StoreKey } from '../store.ts'
import type { Parameter } from './postgres-driver.ts'

/** A record in place of that of the version `expected`. */
export interface Replacement extends StoredSession {
  readonly expected: number
}

export function toRow({ key, record }: StoredSession): Parameter[] {
  const { sealed, keyId, version, ownerTag = null, createdAt, expiresAt } = record
  return [key, sealed, Buffer.from(keyId, 'hex'), version, ownerTag, expiresAt, createdAt]
}

/** All but when it was created, which stays. */
export function toReplacement({ key, record, expected }: Replacement): Parameter[] {
  const { sealed, keyId, version, ownerTag = null, expiresAt } = record
  return [key, sealed, Buffer.from(keyId, 'hex'), version, ownerTag, expiresAt, expected]
}

/** Columns of many sessions, each as one text with commas, in the order of the statement that takes them. */
export function toColumns(sessions: readonly StoredSession[]): string[] {
  return [
    ...contentOf(sessions),
    columnOf(sessions, ({ record }) => record.expiresAt),
    columnOf(sessions, ({ record }) => record.createdAt),
  ]
}

/** The same of replacements, behind their keys as an array. */
export function toReplacements(replacements: readonly Replacement[]): string[] {
  return [
    ...contentOf(replacements),
    columnOf(replacements, ({ record }) => record.expiresAt),
    columnOf(replacements, ({ expected }) => expected),
    toKeyArray(replacements.map(({ key }) => key)),
  ]
}

function contentOf(sessions: readonly StoredSession[]): string[] {
  return [
    columnOf(sessions, ({ key }) => key.toString('hex')),
    columnOf(sessions, ({ record }) => record.sealed.toString('hex')),
    columnOf(sessions, ({ record }) => record.keyId),
    columnOf(sessions, ({ record }) => record.version),
    columnOf(sessions, ({ record }) => record.ownerTag?.toString('hex') ?? ''),
  ]
}

function columnOf<Session>(sessions: readonly Session[], toText: (session: Session) => string | number): string {
  return sessions.map(toText).join(',')
}

/**
 * Keys as one parameter, for `$1::text::bytea[]`. The backslash of the hex form stands escaped in a quoted element.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function toKeyArray(keys: readonly StoreKey[]): string {
  return `{${keys.map((key) => `"\\\\x${key.toString('hex')}"`).join(',')}}`
}
