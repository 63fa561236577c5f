import type { EpochMs } from '@keyturn/token-crypto'
import type { StoredSession, StoreKey } from '../store.ts'
import { runScript } from './redis-client.ts'
import type { RedisClient } from './redis-driver.ts'
import type { RedisKeys } from './redis-keys.ts'
import { readHeaders } from './redis-read-many.ts'
import { decodeIndexed, decodeRecord, toOwnerField } from './redis-record.ts'
import { redisScripts } from './redis-scripts.ts'

/** A session in the index of its owner, a sorted set; the score is until when the session may live. */
export interface IndexEntry {
  readonly ownerTag: Buffer
  readonly key: StoreKey
  readonly indexedUntil: EpochMs
}

export interface Member {
  readonly member: string
  readonly indexedUntil: EpochMs
}

/** Twice as long as the session lives from now: it is touched many times before its entry must be written again. */
export function indexUntil(expiresAt: EpochMs): EpochMs {
  return expiresAt + Math.max(0, expiresAt - Date.now())
}

export async function addToIndex(client: RedisClient, keys: RedisKeys, entry: IndexEntry): Promise<void> {
  const { ownerTag, key, indexedUntil } = entry
  await runScript(client, redisScripts.addToIndex, [keys.owner(ownerTag)], [keys.member(key), indexedUntil])
}

export async function removeFromIndex(
  client: RedisClient,
  keys: RedisKeys,
  ownerTag: Buffer,
  members: readonly Member[],
): Promise<void> {
  if (members.length === 0) return
  const pairs = members.flatMap(({ member, indexedUntil }) => [member, indexedUntil])
  await runScript(client, redisScripts.removeFromIndex, [keys.owner(ownerTag)], pairs)
}

export async function listOwned(client: RedisClient, keys: RedisKeys, ownerTag: Buffer): Promise<StoredSession[]> {
  const members = await readMembers(client, keys, ownerTag)
  const found = await Promise.all(members.map(async ({ member }) => readMember(client, keys, ownerTag, member)))
  return found.filter((session) => session !== undefined).sort((a, b) => b.record.createdAt - a.record.createdAt)
}

/** The entries go last: breaking off leaves no session that the index does not hold. */
export async function destroyOwned(
  client: RedisClient,
  keys: RedisKeys,
  ownerTag: Buffer,
  except: StoreKey | undefined,
): Promise<number> {
  const kept = except === undefined ? undefined : keys.member(except)
  const members = (await readMembers(client, keys, ownerTag)).filter(({ member }) => member !== kept)
  const ended = await Promise.all(
    members.map(({ member }) =>
      runScript(client, redisScripts.revoke, [keys.session(keys.fromMember(member))], [toOwnerField(ownerTag)])),
  )
  await removeFromIndex(client, keys, ownerTag, members)
  return ended.filter((count) => count === 1).length
}

/**
 * Writes the entries of live sessions anew, as their headers say they are. On a Cluster index and session lie on different
 * servers, of which one may have lost what it had; elsewhere both are there or neither is.
 */
export async function reindex(client: RedisClient, keys: RedisKeys, given: readonly StoreKey[]): Promise<void> {
  if (client.isCluster !== true) return
  const headers = await readHeaders(client, keys, given)
  await Promise.all(
    given.map(async (key, index) => {
      const indexed = decodeIndexed(headers[index] as Buffer)
      if (indexed !== undefined) await addToIndex(client, keys, { key, ...indexed })
    }),
  )
}

async function readMembers(client: RedisClient, keys: RedisKeys, ownerTag: Buffer): Promise<Member[]> {
  const flat = await client.zrange(keys.owner(ownerTag), 0, -1, 'WITHSCORES')
  const members: Member[] = []
  for (let at = 0; at + 1 < flat.length; at += 2) {
    members.push({ member: flat[at] as string, indexedUntil: Number(flat[at + 1]) })
  }
  return members
}

/** A session that ended, or got another owner, may still be in the index. */
async function readMember(
  client: RedisClient,
  keys: RedisKeys,
  ownerTag: Buffer,
  member: string,
): Promise<StoredSession | undefined> {
  const key = keys.fromMember(member)
  const value = await client.getBuffer(keys.session(key))
  const record = value === null ? undefined : decodeRecord(value)
  return record?.ownerTag?.equals(ownerTag) === true ? { key, record } : undefined
}
