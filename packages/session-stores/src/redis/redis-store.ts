import { StoreRecordError } from '../errors.ts'
import { createGuardedStore } from '../guarded-store.ts'
import { newestOfEach } from '../record-order.ts'
import type { SessionRecord, PutOutcome, SessionStore, StoreCapabilities, StoredSession, StoreKey } from '../store.ts'
import { createRedisConnection, runScript } from './redis-client.ts'
import type { RedisClient } from './redis-driver.ts'
import { estimateSessions } from './redis-estimate.ts'
import { openRedisFeed } from './redis-feed.ts'
import { addToIndex, destroyOwned, indexUntil, listOwned, reindex, removeFromIndex } from './redis-index.ts'
import { createRedisKeys, type RedisKeys } from './redis-keys.ts'
import { type RedisStoreOptions, resolveRedisStoreOptions } from './redis-options.ts'
import { putRecord } from './redis-put.ts'
import { readPresence } from './redis-read-many.ts'
import { decodeRecord, fromOwnerField } from './redis-record.ts'
import { countSessions, mastersOf, scanSessions } from './redis-scan.ts'
import { redisScripts } from './redis-scripts.ts'

/** Redis removes expired sessions by itself: there is nothing to prune. */
const SUPPORTS: StoreCapabilities = Object.freeze({
  scan: true,
  owners: true,
  prune: false,
  statistics: true,
  durable: true,
  shared: true,
})
/** Small steps: those who read sessions meanwhile wait for one of them. */
const SCAN_COUNT = 100

/**
 * Keeps sessions in Redis 6.2 or newer, or Valkey: one server, Sentinel or Cluster. The clock of the server decides
 * what has expired.
 *
 * Needs the package `ioredis`.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createRedisStore(options: RedisStoreOptions): SessionStore {
  const resolved = resolveRedisStoreOptions(options)
  const { prefix, timeoutMs, maintenanceTimeoutMs } = resolved
  const connection = createRedisConnection(resolved)
  const keys = createRedisKeys(prefix, '')
  return createGuardedStore({
    name: 'redis',
    supports: SUPPORTS,
    get(key) {
      const name = keys.session(key)
      return connection.run((client) => client.getBuffer(name), timeoutMs).then(decodeValue)
    },
    put: (key, record, expected) =>
      connection.run((client) => putRecord(client, keys, key, record, expected), timeoutMs),
    putNewer: (sessions) => connection.run((client) => putNewer(client, keys, sessions), maintenanceTimeoutMs),
    findLive: (given) => connection.run((client) => findLive(client, keys, given), maintenanceTimeoutMs),
    reindex: (given) => connection.run((client) => reindex(client, keys, given), maintenanceTimeoutMs),
    generation: () => connection.run(readGeneration, timeoutMs),
    onDisconnect: (listener) => connection.onDisconnect(listener),
    watch: (listener) => openRedisFeed({ connection, prefix, timeoutMs }, listener),
    touch: (key, expiresAt) => connection.run((client) => touch(client, keys, key, expiresAt), timeoutMs),
    destroy: (key) => connection.run((client) => destroy(client, keys, key), timeoutMs),
    scan: ({ batchSize = SCAN_COUNT, signal, after } = {}) =>
      scanSessions({ connection, prefix, batchSize, limitMs: maintenanceTimeoutMs, signal, after }),
    listByOwner: (ownerTag) => connection.run((client) => listOwned(client, keys, ownerTag), timeoutMs),
    destroyByOwner: (ownerTag, { except } = {}) =>
      connection.run((client) => destroyOwned(client, keys, ownerTag, except), timeoutMs),
    statistics: () =>
      countSessions({ connection, prefix, batchSize: SCAN_COUNT, limitMs: maintenanceTimeoutMs }),
    estimate: () => estimateSessions({ connection, prefix, limitMs: maintenanceTimeoutMs }),
    async ping() {
      await connection.run((client) => Promise.all(mastersOf(client).map((node) => node.ping())), timeoutMs)
    },
    close: () => connection.close(),
  })
}

/** One command each, sent together. */
async function putNewer(client: RedisClient, keys: RedisKeys, sessions: readonly StoredSession[]): Promise<number> {
  const put = ({ key, record }: StoredSession): Promise<PutOutcome> => putRecord(client, keys, key, record, 'newer')
  const outcomes = await Promise.all(newestOfEach(sessions).map(put))
  return outcomes.filter((outcome) => outcome === 'stored').length
}

async function findLive(client: RedisClient, keys: RedisKeys, given: readonly StoreKey[]): Promise<StoreKey[]> {
  const present = await readPresence(client, keys, given)
  return given.filter((_, index) => present[index])
}

/** A server draws a new `run_id` at each start; what it kept over that may be less than it had acknowledged. */
async function readGeneration(client: RedisClient): Promise<string> {
  const ids = mastersOf(client).map(async (node) => /^run_id:(\w+)/m.exec(await node.info('server'))?.[1] ?? '')
  return (await Promise.all(ids)).sort().join()
}

function decodeValue(value: Buffer | null): SessionRecord | undefined {
  return value === null ? undefined : decodeRecord(value)
}

async function touch(client: RedisClient, keys: RedisKeys, key: StoreKey, expiresAt: number): Promise<boolean> {
  const session = [keys.session(key)]
  const answer = await runScript(client, redisScripts.touch, session, [expiresAt, '', 0])
  if (!Buffer.isBuffer(answer)) return toBoolean(answer)
  // Its entry in the index would end before the session: that comes once in a lifetime of a session.
  const indexedUntil = indexUntil(expiresAt)
  await addToIndex(client, keys, { ownerTag: fromOwnerField(answer), key, indexedUntil })
  const again = await runScript(client, redisScripts.touch, session, [expiresAt, answer, indexedUntil])
  // Another owner already: the session was written by another, who set its expiry.
  return Buffer.isBuffer(again) ? true : toBoolean(again)
}

async function destroy(client: RedisClient, keys: RedisKeys, key: StoreKey): Promise<void> {
  const answer = await runScript(client, redisScripts.destroy, [keys.session(key)], [])
  if (!Array.isArray(answer)) return void toBoolean(answer)
  const [owner, until] = answer as [Buffer, Buffer]
  const member = { member: keys.member(key), indexedUntil: until.readDoubleBE(0) }
  await removeFromIndex(client, keys, fromOwnerField(owner), [member])
}

function toBoolean(answer: unknown): boolean {
  if (answer === -1) throw new StoreRecordError('redis')
  return answer === 1
}
