import { randomBytes } from 'node:crypto'
import type { EpochMs } from '@keyturn/token-crypto'
import { StoreRecordError, StoreUnavailableError } from '../errors.ts'
import type { PutExpectation, PutOutcome, SessionRecord, StoreKey } from '../store.ts'
import { runScript } from './redis-client.ts'
import type { RedisClient } from './redis-driver.ts'
import { addToIndex, indexUntil, removeFromIndex } from './redis-index.ts'
import type { RedisKeys } from './redis-keys.ts'
import { encodeHeader, fromOwnerField, type RecordState } from './redis-record.ts'
import { PutReply, redisScripts } from './redis-scripts.ts'

/** One `put`, with what it writes. */
interface Put {
  readonly client: RedisClient
  readonly keys: RedisKeys
  readonly key: StoreKey
  readonly record: SessionRecord
  readonly indexedUntil: EpochMs
  readonly writeId: Buffer
}

const MOST_ATTEMPTS = 16

/** One scripted command; on a Cluster more where the index of an owner has to change, which lies on another server. */
export async function putRecord(
  client: RedisClient,
  keys: RedisKeys,
  key: StoreKey,
  record: SessionRecord,
  expected: PutExpectation | 'newer',
): Promise<PutOutcome> {
  const put: Put = { client, keys, key, record, indexedUntil: indexUntil(record.expiresAt), writeId: nextWriteId() }
  const indexElsewhere = client.isCluster === true && record.ownerTag !== undefined
  if (indexElsewhere && expected === 'absent') return toOutcome(await createIndexed(put))
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const answer = await write(put, toNumber(expected))
    if (answer.reply !== PutReply.notIndexed) return toOutcome(answer.reply)
    const reply = answer.version === 0 ? await createIndexed(put) : await replaceIndexed(put, answer.version)
    // For 'any' it does not matter what came between; 'newer' looks at it again.
    if (reply === PutReply.stored || (expected !== 'any' && expected !== 'newer')) return toOutcome(reply)
  }
  throw new StoreUnavailableError('redis', 'CONTENDED')
}

/**
 * A new session with an owner: it is written so that nobody reads it, then indexed, then made readable. Wherever this
 * breaks off, there is no readable session that the index does not hold. Whoever ends all sessions of the owner in
 * between has ended this one too.
 */
async function createIndexed(put: Put): Promise<number> {
  const { client, keys, key, record, writeId } = put
  const { reply } = await write(put, 0, 'pending')
  if (reply !== PutReply.stored) return reply
  await addIndexEntry(put)
  const confirmed = await runScript(client, redisScripts.confirm, [keys.session(key)], [writeId, record.expiresAt])
  return confirmed === PutReply.gone ? PutReply.stored : Number(confirmed)
}

/**
 * A session that gets an owner, or outlives its entry: the index holds it before the write. Whoever ends all sessions
 * of the owner in between moves its version, and the write conflicts.
 */
async function replaceIndexed(put: Put, version: number): Promise<number> {
  await addIndexEntry(put)
  return (await write(put, version, 'indexed')).reply
}

async function addIndexEntry({ client, keys, key, record, indexedUntil }: Put): Promise<void> {
  if (record.ownerTag !== undefined) await addToIndex(client, keys, { ownerTag: record.ownerTag, key, indexedUntil })
}

interface Answer {
  readonly reply: number
  /** With `notIndexed`: the version that is there, 0 for none. */
  readonly version: number
}

async function write(put: Put, expected: number, mode?: 'indexed' | 'pending'): Promise<Answer> {
  const { client, keys, key, record, indexedUntil, writeId } = put
  const state: RecordState = mode === 'pending' ? 'pending' : 'active'
  const header = encodeHeader(record, { state, indexedUntil, writeId })
  const names = [keys.session(key)]
  if (record.ownerTag !== undefined && client.isCluster !== true) names.push(keys.owner(record.ownerTag))
  const values = [header, record.sealed, expected]
  const answer = await runScript(client, redisScripts.put, names, mode === undefined ? values : [...values, mode])
  if (!Array.isArray(answer)) return { reply: Number(answer), version: 0 }
  const [reply, second, third] = answer as [number, number | Buffer, Buffer?]
  if (reply === PutReply.notIndexed) return { reply, version: Number(second) }
  await leaveFormerOwner(put, fromOwnerField(second as Buffer), third as Buffer)
  return { reply, version: 0 }
}

async function leaveFormerOwner({ client, keys, key }: Put, ownerTag: Buffer, until: Buffer): Promise<void> {
  await removeFromIndex(client, keys, ownerTag, [{ member: keys.member(key), indexedUntil: until.readDoubleBE(0) }])
}

const PROCESS_ID = randomBytes(8)
let writes = 0

function nextWriteId(): Buffer {
  const id = Buffer.allocUnsafe(12)
  PROCESS_ID.copy(id)
  writes = (writes + 1) >>> 0
  id.writeUInt32BE(writes, 8)
  return id
}

function toNumber(expected: PutExpectation | 'newer'): number {
  if (expected === 'absent') return 0
  if (expected === 'newer') return -2
  return expected === 'any' ? -1 : expected
}

function toOutcome(reply: number): PutOutcome {
  switch (reply) {
    case PutReply.stored:
      return 'stored'
    case PutReply.conflict:
      return 'conflict'
    case PutReply.gone:
      return 'gone'
    default:
      throw new StoreRecordError('redis')
  }
}
