import type { PutExpectation, SessionRecord } from './store.ts'

const STORE_KEY_BYTES = 32
export const OWNER_TAG_BYTES = 32
/** What a 32-bit column or header field holds. */
const MAX_VERSION = 2_147_483_647
/** Last moment of the year 9999: what every engine and every date format can hold. */
const MAX_TIME: number = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const KEY_ID = /^[0-9a-f]{16}$/

/** `undefined` when it is a store key. */
export function problemOfKey(key: unknown): string | undefined {
  return isBytes(key, STORE_KEY_BYTES) ? undefined : 'A store key is a Buffer of 32 bytes: use toStoreKey(id).'
}

export function problemOfTag(tag: unknown): string | undefined {
  return isBytes(tag, OWNER_TAG_BYTES) ? undefined : 'An owner tag is a Buffer of 32 bytes.'
}

export function problemOfTime(name: string, value: unknown): string | undefined {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TIME) return undefined
  return `${name} is a whole number of epoch milliseconds, before the year 10000.`
}

export function problemOfPut(key: unknown, record: SessionRecord, expected: PutExpectation): string | undefined {
  return problemOfKey(key) ?? problemOfRecord(record) ?? problemOfExpected(expected)
}

function problemOfRecord(record: SessionRecord): string | undefined {
  if (typeof record !== 'object' || record === null) return 'A session record is an object.'
  if (!Buffer.isBuffer(record.sealed)) return 'sealed is a Buffer.'
  if (typeof record.keyId !== 'string' || !KEY_ID.test(record.keyId)) return 'keyId is 16 lowercase hex digits.'
  if (!isVersion(record.version)) return 'version is a whole number from 1.'
  if (record.ownerTag !== undefined && problemOfTag(record.ownerTag) !== undefined) {
    return 'ownerTag is a Buffer of 32 bytes, or undefined.'
  }
  return problemOfTime('createdAt', record.createdAt) ?? problemOfTime('expiresAt', record.expiresAt)
}

function problemOfExpected(expected: unknown): string | undefined {
  if (expected === 'absent' || expected === 'any' || isVersion(expected)) return undefined
  return "expected is the version that was read, 'absent' or 'any'."
}

function isVersion(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_VERSION
}

function isBytes(value: unknown, length: number): boolean {
  return Buffer.isBuffer(value) && value.length === length
}
