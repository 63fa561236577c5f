import type { StoredSession, StoreKey } from '../store.ts'

/**
 * Columns of many sessions as array literals, in the order of the statement that takes them.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function toArrays(sessions: readonly StoredSession[]): string[] {
  const column = (toElement: (session: StoredSession) => string): string => `{${sessions.map(toElement).join(',')}}`
  return [
    column(({ key }) => bytes(key)),
    column(({ record }) => bytes(record.sealed)),
    column(({ record }) => bytes(Buffer.from(record.keyId, 'hex'))),
    column(({ record }) => String(record.version)),
    column(({ record }) => (record.ownerTag === undefined ? 'NULL' : bytes(record.ownerTag))),
    column(({ record }) => String(record.createdAt)),
    column(({ record }) => String(record.expiresAt)),
  ]
}

/** Keys as one parameter, for `$1::text::bytea[]`. */
export function toKeyArray(keys: readonly StoreKey[]): string {
  return `{${keys.map(bytes).join(',')}}`
}

/** The backslash of the hex form stands escaped in a quoted element. */
function bytes(value: Buffer): string {
  return `"\\\\x${value.toString('hex')}"`
}
