import type { KeyId } from '@keyturn/token-crypto'
import type { StoredSession, StoreKey, StoreStatistics } from '../store.ts'
import type { RedisConnection } from './redis-client.ts'
import type { RedisClient, RedisNode } from './redis-driver.ts'
import { createRedisKeys, type RedisKeys } from './redis-keys.ts'
import { readHeaders, readValues } from './redis-read-many.ts'
import { decodeCounted, decodeRecord } from './redis-record.ts'

export interface ScanOptions {
  readonly connection: RedisConnection
  readonly prefix: string
  readonly batchSize: number
  readonly limitMs: number
  readonly signal?: AbortSignal | undefined
  readonly after?: string | undefined
}

/** Walks every master in steps, so that the server serves others in between. */
export async function* scanSessions(options: ScanOptions): AsyncGenerator<StoredSession> {
  const { connection, limitMs, signal } = options
  for await (const { client, keys, found, position } of scanKeys(options)) {
    const values = await connection.run(() => readValues(client, keys, found), limitMs)
    const sessions = values.flatMap((value, index): StoredSession[] => {
      const record = value === null ? undefined : decodeRecord(value)
      return record === undefined ? [] : [{ key: found[index] as StoreKey, record }]
    })
    for (const [index, session] of sessions.entries()) {
      signal?.throwIfAborted()
      yield index === sessions.length - 1 && position !== undefined ? { ...session, position } : session
    }
  }
}

/** Reads of each session its header alone. What has expired is gone by itself, and so never counted. */
export async function countSessions(options: ScanOptions): Promise<StoreStatistics> {
  const byKeyId = new Map<KeyId, number>()
  let [active, bytes] = [0, 0]
  for await (const { client, keys, found } of scanKeys(options)) {
    const headers = await options.connection.run(() => readHeaders(client, keys, found), options.limitMs)
    for (const counted of headers.map(decodeCounted)) {
      if (counted === undefined) continue
      active++
      bytes += counted.bytes
      byKeyId.set(counted.keyId, (byKeyId.get(counted.keyId) ?? 0) + 1)
    }
  }
  return { total: active, active, expired: 0, bytes, byKeyId }
}

interface Page {
  readonly client: RedisClient
  readonly keys: RedisKeys
  readonly found: readonly StoreKey[]
  /** Behind this page. */
  readonly position: string | undefined
}

async function* scanKeys({ connection, prefix, batchSize, limitMs, signal, after }: ScanOptions): AsyncGenerator<Page> {
  const client = await connection.run(async (ready) => ready, limitMs)
  const keys = createRedisKeys(prefix, client.options?.keyPrefix ?? '')
  const nodes = mastersOf(client)
  for (const node of nodes) {
    let cursor = after === undefined ? '0' : toCursor(after)
    do {
      signal?.throwIfAborted()
      const from = cursor
      const step = (): Promise<[string, string[]]> => node.scan(from, 'MATCH', keys.pattern, 'COUNT', batchSize)
      const [next, names] = await connection.run(step, limitMs)
      cursor = next
      // SCAN may tell a key twice.
      const found = [...new Set(names)].map(keys.fromName).filter((key) => key !== undefined)
      // Servers of a Cluster come and go: there is no place among them to go on from.
      const position = nodes.length === 1 && cursor !== '0' ? POSITION + cursor : undefined
      if (found.length > 0) yield { client, keys, found, position }
    } while (cursor !== '0')
  }
}

const POSITION = 'redis:'

function toCursor(position: string): string {
  if (/^redis:\d{1,20}$/.test(position)) return position.slice(POSITION.length)
  throw new TypeError('after must be a position that a scan of a Redis store gave.')
}

/** A client of one server is its own only node. */
export function mastersOf(client: RedisClient): RedisNode[] {
  return client.nodes?.('master') ?? [client as unknown as RedisNode]
}
