import { assertNoProblems, type Problem, text, unknownNames, wholeNumber } from '../option-rules.ts'
import type { RedisClient } from './redis-driver.ts'

export interface RedisStoreOptions {
  /** `redis://…`, with TLS `rediss://…`: the store opens a connection of its own and closes it. */
  readonly url?: string
  /**
   * What `new Redis()` of ioredis takes, in place of `url`: `host` and `port`, `path` of a unix socket, `tls`,
   * `password`, or `sentinels` with `name`. Beside `nodes`: what every node is connected to with.
   */
  readonly connection?: Readonly<Record<string, unknown>>
  /** Nodes of a Redis Cluster to begin with. */
  readonly nodes?: readonly { readonly host: string; readonly port: number }[]
  /** An instance of `Redis` or `Cluster` of ioredis that the application owns and closes. */
  readonly client?: RedisClient
  /** Before every key. Default `keyturn:`. */
  readonly prefix?: string
  /** Longest wait of a request, milliseconds. Default 2000. */
  readonly timeoutMs?: number
  /** Longest wait of one step of scanning or statistics, milliseconds. Default 30 000. */
  readonly maintenanceTimeoutMs?: number
}

export interface ResolvedRedisStoreOptions {
  readonly url: string | undefined
  readonly connection: Readonly<Record<string, unknown>>
  readonly nodes: readonly { readonly host: string; readonly port: number }[] | undefined
  readonly client: RedisClient | undefined
  readonly prefix: string
  readonly timeoutMs: number
  readonly maintenanceTimeoutMs: number
}

const NAMES = ['url', 'connection', 'nodes', 'client', 'prefix', 'timeoutMs', 'maintenanceTimeoutMs']
const DAY_MS = 86_400_000

/** @throws {TypeError} Names every option that is wrong. */
export function resolveRedisStoreOptions(options: RedisStoreOptions): ResolvedRedisStoreOptions {
  const resolved = {
    url: options.url,
    connection: options.connection ?? {},
    nodes: options.nodes,
    client: options.client,
    prefix: options.prefix ?? 'keyturn:',
    timeoutMs: options.timeoutMs ?? 2000,
    maintenanceTimeoutMs: options.maintenanceTimeoutMs ?? 30_000,
  }
  assertNoProblems('createRedisStore', [
    unknownNames(options, NAMES),
    oneSource(options),
    options.url === undefined || /^rediss?:\/\//.test(options.url) ? undefined : 'url must begin with redis:// or rediss://',
    options.nodes === undefined || options.nodes.length > 0 ? undefined : 'nodes must not be empty',
    options.client === undefined || typeof options.client.evalshaBuffer === 'function'
      ? undefined
      : 'client must be an instance of Redis or Cluster of ioredis',
    text('prefix', resolved.prefix),
    wholeNumber('timeoutMs', resolved.timeoutMs, { min: 1, max: DAY_MS }),
    wholeNumber('maintenanceTimeoutMs', resolved.maintenanceTimeoutMs, { min: 1, max: DAY_MS }),
  ])
  return Object.freeze(resolved)
}

function oneSource({ url, connection, nodes, client }: RedisStoreOptions): Problem {
  const given = [url, nodes, client].filter((source) => source !== undefined).length
  if (given === 1) return client === undefined || connection === undefined ? undefined : 'connection is not for a client of yours'
  if (given === 0 && connection !== undefined) return undefined
  return 'give exactly one of url, connection, nodes and client'
}
