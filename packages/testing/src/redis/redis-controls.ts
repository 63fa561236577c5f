import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Redis, RedisOptions } from 'ioredis'

/** What can be done to a single server while it runs. */
export interface RedisControls {
  /** Writes its data to disk as they are now: a restart, however late, finds these. */
  snapshot(): Promise<void>
  /** Throws away what `snapshot` wrote: a restart finds nothing. */
  dropSnapshot(): Promise<void>
  /**
   * Goes on reading and refuses writes: `full` with an OOM error, as `maxmemory` with `noeviction` does; `replica` with a
   * READONLY error, as a server that was made a replica.
   */
  refuseWrites(as: 'full' | 'replica'): Promise<void>
  /** Takes writes again. */
  acceptWrites(): Promise<void>
}

export interface ControlsOptions {
  readonly port: number
  readonly folder: string
  readonly password: string | undefined
  readonly tls: { readonly ca: string } | undefined
}

/** Nobody listens on it: a replica of this address serves what it has and waits. */
const NO_MASTER = ['127.0.0.1', '1'] as const

export function createRedisControls({ port, folder, password, tls }: ControlsOptions): RedisControls {
  const connection: RedisOptions = { host: '127.0.0.1', port, retryStrategy: () => null, commandTimeout: 10_000, connectTimeout: 10_000 }
  if (password !== undefined) connection.password = password
  if (tls !== undefined) connection.tls = tls

  async function use(work: (client: Redis) => Promise<unknown>): Promise<void> {
    const { Redis: Client } = await import('ioredis')
    // Each command fails by itself as well.
    const client = new Client(connection).on('error', () => {})
    try {
      await work(client)
    } finally {
      client.disconnect()
    }
  }

  return {
    snapshot: () => use(client => client.save()),
    dropSnapshot: () => rm(join(folder, 'dump.rdb'), { force: true }),
    refuseWrites: as => use(client => as === 'full' ? fill(client) : client.replicaof(...NO_MASTER)),
    acceptWrites: () => use(async client => {
      await client.config('SET', 'maxmemory', '0')
      await client.replicaof('NO', 'ONE')
    }),
  }
}

async function fill(client: Redis): Promise<void> {
  await client.config('SET', 'maxmemory-policy', 'noeviction')
  await client.config('SET', 'maxmemory', '1')
}
