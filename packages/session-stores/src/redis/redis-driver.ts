import type { Writable } from 'node:stream'

export type Argument = string | number | Buffer

/** What the store needs of an ioredis instance. */
export interface RedisClient {
  readonly status: string
  readonly isCluster?: boolean
  /** The socket; of a Cluster, which has several, absent. */
  readonly stream?: Writable
  readonly options?: {
    readonly keyPrefix?: string | undefined
    /** Of a Cluster: which servers are read from. */
    readonly scaleReads?: unknown
    /** Of Sentinel: which server is connected to. */
    readonly role?: unknown
  }
  getBuffer(key: string): Promise<Buffer | null>
  mgetBuffer(keys: string[]): Promise<(Buffer | null)[]>
  exists(keys: string[]): Promise<number>
  getrangeBuffer(key: string, start: number, end: number): Promise<Buffer>
  zrange(key: string, start: number, end: number, scores: 'WITHSCORES'): Promise<string[]>
  evalshaBuffer(sha: string, keys: number, ...rest: Argument[]): Promise<unknown>
  evalBuffer(lua: string, keys: number, ...rest: Argument[]): Promise<unknown>
  ping(): Promise<unknown>
  connect(): Promise<unknown>
  quit(): Promise<unknown>
  disconnect(): void
  on(event: string, listener: (...args: unknown[]) => void): unknown
  once(event: string, listener: (...args: unknown[]) => void): unknown
  off(event: string, listener: (...args: unknown[]) => void): unknown
  /** Only of a Cluster. */
  nodes?(role: 'master'): RedisNode[]
}

/** One server: a client of its own, or a node of a Cluster. */
export interface RedisNode {
  readonly stream?: Writable
  /** Another connection to the same address. */
  duplicate(options: Readonly<Record<string, unknown>>): RedisFeedClient
  once(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
  scan(cursor: string, match: 'MATCH', pattern: string, count: 'COUNT', size: number): Promise<[string, string[]]>
  dbsize(): Promise<number>
  ping(): Promise<unknown>
  info(section: 'server'): Promise<string>
}

/** A connection of its own that listens. */
export interface RedisFeedClient {
  connect(): Promise<unknown>
  call(command: string, ...args: Argument[]): Promise<unknown>
  info(section: 'server'): Promise<string>
  subscribe(channel: string): Promise<unknown>
  ping(): Promise<unknown>
  disconnect(): void
  on(event: 'messageBuffer', listener: (channel: Buffer, message: unknown) => void): unknown
  on(event: 'close' | 'error', listener: (...args: unknown[]) => void): unknown
}
