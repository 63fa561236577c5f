import type { StoredSession, StoreKey } from '../store.ts'

/** Columns of many sessions, each as one text with commas, in the order of the statement that takes them. */
export function toColumns(sessions: readonly StoredSession[]): string[] {
  const column = (toText: (session: StoredSession) => string | number): string => sessions.map(toText).join(',')
  return [
    column(({ key }) => key.toString('hex')),
    column(({ record }) => record.sealed.toString('hex')),
    column(({ record }) => record.keyId),
    column(({ record }) => record.version),
    column(({ record }) => record.ownerTag?.toString('hex') ?? ''),
    column(({ record }) => record.createdAt),
    column(({ record }) => record.expiresAt),
  ]
}

/**
 * Keys as one parameter, for `$1::text::bytea[]`. The backslash of the hex form stands escaped in a quoted element.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function toKeyArray(keys: readonly StoreKey[]): string {
  return `{${keys.map((key) => `"\\\\x${key.toString('hex')}"`).join(',')}}`
}
