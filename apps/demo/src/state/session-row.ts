import { toStoreKey } from '@keyturn/session-stores'
import { inspectSealed, type Keyring, ownerTags } from '@keyturn/token-crypto'
import type { Sql } from 'postgres'
import type { RowColumn, RowFacts } from '../page/page-state.ts'
import { sealedParts } from './sealed-parts.ts'

const TABLE = 'keyturn_sessions'

// A type and not an interface, so that its columns can be walked through.
type SessionRow = {
  readonly key: Buffer
  readonly owner_tag: Buffer | null
  readonly key_id: Buffer
  readonly version: number
  readonly sealed: Buffer
  readonly expires_at: Date
  readonly created_at: Date
}

interface RowQuestion {
  readonly sql: Sql
  readonly sessionId: string
  readonly userId: string | undefined
  readonly keyring: Keyring
}

/** The row of a session, read past the store: what anybody sees who may read the database. */
export async function sessionRow({ sql, sessionId, userId, keyring }: RowQuestion): Promise<RowFacts | undefined> {
  const rows = await sql<SessionRow[]>`
    SELECT key, owner_tag, key_id, version, sealed, expires_at, created_at
    FROM ${sql(TABLE)} WHERE key = ${toStoreKey(sessionId)}`
  const row = rows[0]
  const sealed = row === undefined ? undefined : sealedParts(row.sealed)
  const keyId = row === undefined ? undefined : inspectSealed(row.sealed)?.keyId
  if (row === undefined || sealed === undefined || keyId === undefined) return undefined
  return {
    table: TABLE,
    columns: Object.entries(row).map(([name, value]) => columnOf(name, value)),
    sealed,
    keyId,
    version: row.version,
    ownerIsMe: userId !== undefined && ownerTags(keyring, userId).some((tag) => row.owner_tag?.equals(tag)),
  }
}

function columnOf(name: string, value: SessionRow[keyof SessionRow]): RowColumn {
  if (value === null) return { name, value: 'NULL' }
  if (Buffer.isBuffer(value)) return { name, value: value.toString('hex') }
  if (value instanceof Date) return { name, value: value.toISOString() }
  return { name, value: String(value) }
}
