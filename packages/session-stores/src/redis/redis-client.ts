import { createHash } from 'node:crypto'
import { StoreUnavailableError } from '../errors.ts'
import { loadDriver } from '../load-driver.ts'
import { openOnce } from '../open-once.ts'
import { withTimeLimit } from '../time-limit.ts'
import { createRedisBatch } from './redis-batch.ts'
import type { Argument, RedisClient } from './redis-driver.ts'
import { isUnknownScript, toStoreError } from './redis-errors.ts'
import type { ResolvedRedisStoreOptions } from './redis-options.ts'

/** Lua that runs on the server; it is sent once and then named by its SHA-1. */
export interface RedisScript {
  readonly lua: string
  readonly sha: string
}

export interface RedisConnection {
  /** Sends commands once the connection stands. Rejects with a coded error within `limitMs`. */
  run<T>(commands: (client: RedisClient) => Promise<T>, limitMs: number): Promise<T>
  /** Tells of each connection that is lost; of a Cluster, to any of its servers. @returns Ends it. */
  onDisconnect(listener: () => void): () => void
  close(): Promise<void>
}

export function createScript(lua: string): RedisScript {
  return Object.freeze({ lua, sha: createHash('sha1').update(lua).digest('hex') })
}

/** Runs a script by its name, and sends it where the server does not know it yet. */
export function runScript(
  client: RedisClient,
  { lua, sha }: RedisScript,
  keys: readonly string[],
  values: readonly Argument[],
): Promise<unknown> {
  return client.evalshaBuffer(sha, keys.length, ...keys, ...values).catch((error: unknown) => {
    if (!isUnknownScript(error)) throw error
    return client.evalBuffer(lua, keys.length, ...keys, ...values)
  })
}

/** A connection whose every wait ends: for a server that is away, that comes back, and that never says a word. */
export function createRedisConnection(options: ResolvedRedisStoreOptions): RedisConnection {
  const { timeoutMs } = options
  const listeners = new Set<() => void>()
  const tellLost = (): void => {
    for (const listener of listeners) listener()
  }
  const opened = openOnce(async () => watch(await openClient(options), tellLost), options.client)
  const given = options.client
  const batch = createRedisBatch()
  if (given !== undefined) watch(given, tellLost)

  function run<T>(commands: (client: RedisClient) => Promise<T>, limitMs: number): Promise<T> {
    const client = opened.current
    if (client?.status === 'ready') {
      if (given === undefined) batch(client)
      return withTimeLimit(commands(client), limitMs, outOfTime, toStoreError)
    }
    const wait = { over: false }
    const onLimit = (): Error => {
      wait.over = true
      return outOfTime()
    }
    return withTimeLimit(attempt(commands, wait), limitMs, onLimit, toStoreError)
  }

  async function attempt<T>(commands: (client: RedisClient) => Promise<T>, wait: { over: boolean }): Promise<T> {
    const client = opened.current ?? (await opened.open())
    if (client.status !== 'ready') await untilReady(client)
    // Nobody waits any more: what would be written now, the caller does not know of.
    if (wait.over) throw outOfTime()
    return commands(client)
  }

  return {
    run,
    onDisconnect(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      listeners.clear()
      if (given !== undefined) return unwatch(given, tellLost)
      const client = await opened.settled()
      if (client === undefined) return
      if (client.status !== 'ready') return client.disconnect()
      await withTimeLimit(client.quit(), timeoutMs, () => new Error('quit')).catch(() => client.disconnect())
    },
  }
}

function outOfTime(): StoreUnavailableError {
  return new StoreUnavailableError('redis', 'TIMEOUT')
}

const LOSSES = ['close', '-node']

function watch(client: RedisClient, tellLost: () => void): RedisClient {
  for (const event of LOSSES) client.on(event, tellLost)
  return client
}

function unwatch(client: RedisClient, tellLost: () => void): void {
  for (const event of LOSSES) client.off(event, tellLost)
}

const waits = new WeakMap<RedisClient, Promise<void>>()

/**
 * Commands are not left to the queue of the client, which would send them long after nobody waits for them. However
 * many wait, they listen once.
 */
function untilReady(client: RedisClient): Promise<void> {
  const waiting = waits.get(client) ?? waitForReady(client).finally(() => waits.delete(client))
  waits.set(client, waiting)
  return waiting
}

function waitForReady(client: RedisClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      client.off('ready', ready)
      client.off('close', lost)
      client.off('end', lost)
      outcome()
    }
    const ready = (): void => settle(resolve)
    const lost = (): void => settle(() => reject(new StoreUnavailableError('redis', 'CONNECTION')))
    client.once('ready', ready)
    client.once('close', lost)
    client.once('end', lost)
    if (client.status === 'wait' || client.status === 'end') client.connect().catch(lost)
  })
}

async function openClient(options: ResolvedRedisStoreOptions): Promise<RedisClient> {
  const { Redis, Cluster } = await loadDriver('ioredis', () => import('ioredis'))
  const { url, nodes, connection, timeoutMs } = options
  const common = {
    connectTimeout: timeoutMs,
    // A server that takes commands and no longer answers is left, and connected to again.
    socketTimeout: timeoutMs,
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    ...connection,
  }
  const always = { lazyConnect: true }
  const single = { retryStrategy: reconnectMs, ...common, ...always }
  const client =
    nodes !== undefined
      ? new Cluster([...nodes], {
          redisOptions: common,
          slotsRefreshTimeout: timeoutMs,
          clusterRetryStrategy: reconnectMs,
          ...always,
        })
      : url === undefined
        ? new Redis(single)
        : new Redis(url, single)
  // Every command tells of an outage by itself; without a listener ioredis prints each.
  client.on('error', () => undefined)
  return client as unknown as RedisClient
}

/** Below a second, so that the first requests after an outage need not wait. */
function reconnectMs(attempts: number): number {
  return Math.min(1000, 25 * 2 ** attempts) * (0.5 + Math.random() / 2)
}
