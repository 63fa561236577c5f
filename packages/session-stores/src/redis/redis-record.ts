import type { EpochMs } from '@keyturn/token-crypto'
import { StoreRecordError } from '../errors.ts'
import { OWNER_TAG_BYTES } from '../record-rules.ts'
import type { SessionRecord } from '../store.ts'

// format 1 ‖ state 1 ‖ version 4 ‖ created 8 ‖ expires 8 ‖ indexed until 8 ‖ key id 8 ‖ owner 33 ‖ sealed length 4 ‖
// write id 12 ‖ sealed
const FORMAT = 1
const STATE_AT = 1
const VERSION_AT = 2
const CREATED_AT = 6
const EXPIRES_AT = 14
const INDEXED_AT = 22
const KEY_ID_AT = 30
const OWNER_AT = 38
const LENGTH_AT = 71
const WRITE_ID_AT = 75
export const HEADER_BYTES = 87

/** An owner tag as it stands in a record: 1 and the tag, or zeros for none. */
export type OwnerField = Buffer
const NO_OWNER: OwnerField = Buffer.alloc(1 + OWNER_TAG_BYTES)
const OWNED = Buffer.of(1)

/** `pending`: written and not yet in the owner's index; nobody reads it. */
export type RecordState = 'active' | 'pending'
const PENDING = 1

export interface EncodeOptions {
  readonly state: RecordState
  /** Until when the owner's index is sure to hold the session. */
  readonly indexedUntil: EpochMs
  /** Different for each write: a write that is sent twice, because its answer was lost, knows itself again. */
  readonly writeId: Buffer
}

/**
 * What stands before the sealed bytes: times as doubles and numbers big-endian, as `struct.unpack` in a script reads them.
 *
 * @returns 87 bytes.
 */
export function encodeHeader(record: SessionRecord, { state, indexedUntil, writeId }: EncodeOptions): Buffer {
  const { sealed, keyId, version, ownerTag, createdAt, expiresAt } = record
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  header[0] = FORMAT
  header[STATE_AT] = state === 'pending' ? PENDING : 0
  header.writeUInt32BE(version, VERSION_AT)
  header.writeDoubleBE(createdAt, CREATED_AT)
  header.writeDoubleBE(expiresAt, EXPIRES_AT)
  header.writeDoubleBE(indexedUntil, INDEXED_AT)
  header.write(keyId, KEY_ID_AT, 'hex')
  if (ownerTag === undefined) header.fill(0, OWNER_AT, LENGTH_AT)
  else {
    header[OWNER_AT] = 1
    header.set(ownerTag, OWNER_AT + 1)
  }
  header.writeUInt32BE(sealed.length, LENGTH_AT)
  header.set(writeId, WRITE_ID_AT)
  return header
}

/**
 * @returns `undefined` for a record that is pending.
 * @throws {StoreRecordError} KEYTURN_STORE_RECORD
 */
export function decodeRecord(value: Buffer): SessionRecord | undefined {
  if (!isHeader(value)) throw new StoreRecordError('redis')
  if (value[STATE_AT] === PENDING) return undefined
  return {
    sealed: value.subarray(HEADER_BYTES),
    keyId: value.toString('hex', KEY_ID_AT, OWNER_AT),
    version: value.readUInt32BE(VERSION_AT),
    ownerTag: value[OWNER_AT] === 0 ? undefined : value.subarray(OWNER_AT + 1, LENGTH_AT),
    createdAt: value.readDoubleBE(CREATED_AT),
    expiresAt: value.readDoubleBE(EXPIRES_AT),
  }
}

export function toOwnerField(ownerTag: Buffer | undefined): OwnerField {
  return ownerTag === undefined ? NO_OWNER : Buffer.concat([OWNED, ownerTag])
}

export function fromOwnerField(field: OwnerField): Buffer {
  return field.subarray(1)
}

/** What statistics need of a record, from its header alone; `undefined` for one that is pending or not ours. */
export function decodeCounted(header: Buffer): { keyId: string; bytes: number } | undefined {
  if (!isHeader(header) || header[STATE_AT] === PENDING) return undefined
  return { keyId: header.toString('hex', KEY_ID_AT, OWNER_AT), bytes: header.readUInt32BE(LENGTH_AT) }
}

/** What the owner's index holds of a record, from its header alone; `undefined` for one without owner, pending or not ours. */
export function decodeIndexed(header: Buffer): { ownerTag: Buffer; indexedUntil: EpochMs } | undefined {
  if (!isHeader(header) || header[STATE_AT] === PENDING || header[OWNER_AT] === 0) return undefined
  return { ownerTag: header.subarray(OWNER_AT + 1, LENGTH_AT), indexedUntil: header.readDoubleBE(INDEXED_AT) }
}

function isHeader(value: Buffer): boolean {
  return value.length >= HEADER_BYTES && value[0] === FORMAT
}
