import { createHash } from 'node:crypto'
import type { EpochMs } from '@keyturn/token-crypto'
import type { SessionRecord, StoreKey } from '../store.ts'

/** No key has these ids: a key id is made from a secret by HKDF, and these are refused nowhere but drawn never. */
export const GRAVE_KEY_ID = '0000000000000000'
export const LEDGER_KEY_ID = '0000000000000001'
/** Higher than a session that is written a thousand times a second reaches in three weeks. */
const GRAVE_VERSION = 2_000_000_000
const DAY_MS = 86_400_000
/** Clocks of instances may differ by this much. */
const MOST_SKEW_MS = 60_000
/** For a session of which only the key is known. */
const BLIND_GRAVE_MS = 90 * DAY_MS
const END_OF_TIME: EpochMs = Date.UTC(9999, 11, 31)
const NOTHING = Buffer.alloc(0)

/**
 * Stands where a session ended, and is newer than all that was ever written of it. A session that is created under the
 * same key later is newer still. It outlives the session by a day.
 */
export function digGrave({ createdAt, expiresAt }: Pick<SessionRecord, 'createdAt' | 'expiresAt'>): SessionRecord {
  const until = Math.min(expiresAt + DAY_MS, END_OF_TIME)
  return { sealed: NOTHING, keyId: GRAVE_KEY_ID, version: GRAVE_VERSION, ownerTag: undefined, createdAt, expiresAt: until }
}

/** For a session that no link in reach knows: it was created before now. */
export function digBlindGrave(now: EpochMs): SessionRecord {
  return digGrave({ createdAt: now + MOST_SKEW_MS, expiresAt: now + BLIND_GRAVE_MS })
}

export function isGrave(record: SessionRecord | undefined): boolean {
  return record?.keyId === GRAVE_KEY_ID
}

/** A grave or a record of the ledger: none of the application's. */
export function isReserved(record: SessionRecord): boolean {
  return record.keyId === GRAVE_KEY_ID || record.keyId === LEDGER_KEY_ID
}

/** What the application may see of it. */
export function visible(record: SessionRecord | undefined): SessionRecord | undefined {
  return record === undefined || isReserved(record) ? undefined : record
}

/** Key or owner tag of what the chain keeps for itself. */
export function reservedName(...parts: readonly (string | Buffer)[]): StoreKey {
  const hash = createHash('sha256').update('keyturn/v1/chain')
  for (const part of parts) hash.update('\0').update(part)
  return hash.digest()
}

/** All of one length, so that statistics can leave them out. */
export const LEDGER_BYTES = 256

export interface LedgerFields {
  readonly content: object
  readonly version: number
  readonly ownerTag: Buffer | undefined
  readonly now: EpochMs
  readonly expiresAt: EpochMs
}

export function encodeLedgerRecord({ content, version, ownerTag, now, expiresAt }: LedgerFields): SessionRecord {
  const sealed = Buffer.alloc(LEDGER_BYTES, ' ')
  const json = JSON.stringify(content)
  if (Buffer.byteLength(json) > LEDGER_BYTES) throw new RangeError('A record of the ledger is too long.')
  sealed.write(json)
  return { sealed, keyId: LEDGER_KEY_ID, version, ownerTag, createdAt: now, expiresAt }
}

/** `undefined` for what is none, or is of a later format. */
export function decodeLedgerRecord(record: SessionRecord): Record<string, unknown> | undefined {
  if (record.keyId !== LEDGER_KEY_ID) return undefined
  try {
    const content: unknown = JSON.parse(record.sealed.toString('utf8'))
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
