import type { EpochMs } from '@keyturn/token-crypto'
import { StoreRecordError } from '../errors.ts'
import { problemOfPut } from '../record-rules.ts'
import type { SessionRecord, StoreKey } from '../store.ts'
import type { ExpressSession } from './express-calls.ts'

/** Stores round the expiry to seconds, some down; they get a little more, and what is exact is ours. */
const ROUNDING_MS = 2000
/** Some keep seconds in 32 bits, which end in 2106. */
const LAST_EXPIRY = Date.UTC(2100, 0, 1)

/** A record in the form of an express session: the cookie tells the store how long to keep it. */
export function toExpressSession(record: SessionRecord, now: EpochMs): ExpressSession {
  const { sealed, keyId, version, ownerTag, createdAt, expiresAt } = record
  const keptUntil = Math.min(expiresAt + ROUNDING_MS, LAST_EXPIRY)
  const maxAge = keptUntil - now
  return {
    cookie: { expires: new Date(keptUntil), originalMaxAge: maxAge, maxAge, path: '/', httpOnly: true },
    keyturn: {
      sealed: sealed.toString('base64url'),
      keyId,
      version,
      ...(ownerTag === undefined ? {} : { ownerTag: ownerTag.toString('base64url') }),
      createdAt,
      expiresAt,
    },
  } as ExpressSession
}

/**
 * @param name - Name of the store in errors.
 * @throws {StoreRecordError} KEYTURN_STORE_RECORD: a session of the application, or not as it was written.
 */
export function fromExpressSession(name: string, key: StoreKey, session: ExpressSession): SessionRecord {
  const { sealed, keyId, version, ownerTag, createdAt, expiresAt } = (session['keyturn'] ?? {}) as Record<string, unknown>
  const record = { sealed: toBytes(sealed), keyId, version, ownerTag: toBytes(ownerTag), createdAt, expiresAt }
  if (problemOfPut(key, record as SessionRecord, 'any') !== undefined) throw new StoreRecordError(name)
  return record as SessionRecord
}

function toBytes(value: unknown): Buffer | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64url') : undefined
}
