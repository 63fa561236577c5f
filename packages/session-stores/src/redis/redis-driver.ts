export type Argument = string | number | Buffer

/** What the store needs of an ioredis instance. */
export interface RedisClient {
  readonly status: string
  readonly isCluster?: boolean
  readonly options?: { readonly keyPrefix?: string | undefined }
  getBuffer(key: string): Promise<Buffer | null>
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
  scan(cursor: string, match: 'MATCH', pattern: string, count: 'COUNT', size: number): Promise<[string, string[]]>
  ping(): Promise<unknown>
  info(section: 'server'): Promise<string>
}
