import { StoreFeedError, StoreUnavailableError } from '../errors.ts'
import type { ChangeFeed, ChangeListener } from '../store.ts'
import type { RedisConnection } from './redis-client.ts'
import type { RedisClient, RedisFeedClient, RedisNode } from './redis-driver.ts'
import { toStoreError } from './redis-errors.ts'
import { createRedisKeys, type RedisKeys } from './redis-keys.ts'
import { mastersOf } from './redis-scan.ts'

export interface RedisFeedOptions {
  readonly connection: RedisConnection
  readonly prefix: string
  readonly timeoutMs: number
}

/** Where a connection of RESP2 is told of changes. */
const CHANNEL = '__redis__:invalidate'
/** Connects once, and never again by itself: what was missed meanwhile would not show. */
const ONCE = {
  // Version 3 of the protocol tells in a way of its own, which ioredis does not pass on.
  protocol: 2,
  lazyConnect: true,
  keyPrefix: '',
  connectionName: 'keyturn-feed',
  enableAutoPipelining: false,
  autoResubscribe: false,
  retryStrategy: null,
  sentinelRetryStrategy: null,
  reconnectOnError: null,
  readOnly: false,
}

/**
 * Client-side caching in broadcast mode: each master tells one connection of every change of a session, whoever reads
 * or writes. That connection answers in order: once it has answered a ping, it has told all that came before.
 *
 * It ends when a connection that tells or one that reads is lost, or when the masters of a Cluster are others: all of
 * them are then compared anew.
 *
 * @see https://redis.io/docs/latest/develop/reference/client-side-caching/#broadcasting-mode
 */
export async function openRedisFeed(options: RedisFeedOptions, listener: ChangeListener): Promise<ChangeFeed> {
  const { connection, prefix, timeoutMs } = options
  const client = await connection.run(async (ready) => ready, timeoutMs)
  rejectReplicas(client)
  const keys = createRedisKeys(prefix, client.options?.keyPrefix ?? '')
  const masters = mastersOf(client)
  const opened: RedisFeedClient[] = []
  let over = false

  function close(): void {
    over = true
    for (const feed of opened) feed.disconnect()
    for (const master of masters) master.off('close', lose)
    client.off('+node', loseIfOthers)
    client.off('-node', loseIfOthers)
  }

  function lose(): void {
    if (over) return
    close()
    listener.lost(new StoreUnavailableError('redis', 'FEED_LOST'))
  }

  function loseIfOthers(): void {
    if (!areSame(masters, mastersOf(client))) lose()
  }

  for (const master of masters) master.once('close', lose)
  client.on('+node', loseIfOthers)
  client.on('-node', loseIfOthers)
  const tell = (channel: Buffer, names: unknown): void => {
    if (!over && channel.toString() === CHANNEL) tellNames(listener, keys, names)
  }
  try {
    await connection.run(
      () => Promise.all(masters.map((master) => openOne({ master, keys, opened, timeoutMs, tell, lose }))),
      2 * timeoutMs,
    )
    loseIfOthers()
    if (over) throw new StoreUnavailableError('redis', 'FEED_LOST')
  } catch (error) {
    close()
    throw error
  }

  return {
    async confirm() {
      loseIfOthers()
      if (over) throw new StoreUnavailableError('redis', 'FEED_LOST')
      await Promise.all(opened.map((feed) => feed.ping())).catch((error: unknown) => {
        throw toStoreError(error)
      })
    },
    close: async () => close(),
  }
}

interface OpenOne {
  readonly master: RedisNode
  readonly keys: RedisKeys
  readonly opened: RedisFeedClient[]
  readonly timeoutMs: number
  readonly tell: (channel: Buffer, names: unknown) => void
  readonly lose: () => void
}

async function openOne({ master, keys, opened, timeoutMs, tell, lose }: OpenOne): Promise<void> {
  const feed = master.duplicate({ ...ONCE, connectTimeout: timeoutMs })
  opened.push(feed)
  // The calls below tell of it by themselves; without a listener ioredis prints it.
  feed.on('error', () => undefined)
  feed.on('messageBuffer', tell)
  await feed.connect()
  feed.on('close', lose)
  const [own, reads] = await Promise.all([feed.info('server'), master.info('server')])
  // Behind one address, or after a failover that only one of them noticed.
  if (runIdOf(own) !== runIdOf(reads)) throw new StoreUnavailableError('redis', 'FEED_ELSEWHERE')
  const id = await feed.call('CLIENT', 'ID')
  await feed.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', Number(id), 'BCAST', 'PREFIX', keys.sessions)
  await feed.subscribe(CHANNEL)
}

/** No names at all: the server was emptied. */
function tellNames(listener: ChangeListener, keys: RedisKeys, names: unknown): void {
  if (!Array.isArray(names)) return listener.changed()
  for (const name of names) {
    const key = keys.fromName(String(name))
    if (key !== undefined) listener.changed(key)
  }
}

/** A replica may answer with what was before a change that has been told already. */
function rejectReplicas({ options }: RedisClient): void {
  const { scaleReads, role } = options ?? {}
  if ((scaleReads === undefined || scaleReads === 'master') && role !== 'slave') return
  throw new StoreFeedError('redis', 'The client reads from replicas, which are behind. Give the store one that reads from masters.')
}

function runIdOf(info: string): string {
  const id = /^run_id:(\w+)/m.exec(info)?.[1]
  if (id === undefined) throw new StoreFeedError('redis', 'INFO does not name the server. Use Redis 6.2 or newer, or Valkey.')
  return id
}

function areSame(before: readonly RedisNode[], now: readonly RedisNode[]): boolean {
  return before.length === now.length && before.every((node) => now.includes(node))
}
