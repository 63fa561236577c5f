import { StoreRecordError } from '../errors.ts'
import { problemOfPut } from '../record-rules.ts'
import type { SessionRecord, StoredSession } from '../store.ts'

interface FileContent {
  readonly format: 1
  /** By store key, base64url. */
  readonly sessions: Readonly<Record<string, FileSession>>
}

/** Bytes as base64url. */
interface FileSession {
  readonly sealed: string
  readonly keyId: string
  readonly version: number
  readonly ownerTag?: string
  readonly createdAt: number
  readonly expiresAt: number
}

export function encodeFile(sessions: readonly StoredSession[]): string {
  const entries = sessions.map(({ key, record }) => [key.toString('base64url'), encodeSession(record)] as const)
  const content: FileContent = { format: 1, sessions: Object.fromEntries(entries) }
  return `${JSON.stringify(content, undefined, 1)}\n`
}

function encodeSession({ sealed, keyId, version, ownerTag, createdAt, expiresAt }: SessionRecord): FileSession {
  const owner = ownerTag === undefined ? {} : { ownerTag: ownerTag.toString('base64url') }
  return { sealed: sealed.toString('base64url'), keyId, version, ...owner, createdAt, expiresAt }
}

/** @throws {StoreRecordError} KEYTURN_STORE_RECORD: anything in it is not as this store writes it. */
export function decodeFile(content: string): StoredSession[] {
  const { format, sessions } = toFields(parse(content))
  if (format !== 1 || typeof sessions !== 'object' || sessions === null) throw new StoreRecordError('file')
  return Object.entries(sessions).map(([name, session]) => decodeSession(name, toFields(session)))
}

type Fields = Readonly<Record<string, unknown>>

function parse(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    // The error of the parser would quote the file.
    return undefined
  }
}

function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function decodeSession(name: string, fields: Fields): StoredSession {
  const { sealed, keyId, version, ownerTag, createdAt, expiresAt } = fields
  const key = Buffer.from(name, 'base64url')
  const record = { sealed: toBytes(sealed), keyId, version, ownerTag: toBytes(ownerTag), createdAt, expiresAt }
  if (problemOfPut(key, record as SessionRecord, 'any') !== undefined) throw new StoreRecordError('file')
  return { key, record: record as SessionRecord }
}

function toBytes(value: unknown): Buffer | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64url') : undefined
}
