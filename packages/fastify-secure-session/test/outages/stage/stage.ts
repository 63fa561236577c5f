import { randomBytes } from 'node:crypto'
import { type PostgresServer, startPostgres } from '@keyturn/testing/postgres'
import { type Proxy, startProxy } from '@keyturn/testing/proxy'
import { type RedisServer, startRedis } from '@keyturn/testing/redis'
import { type AppServer, startAppServer } from './app-servers.ts'

export interface StageOptions {
  /** What `SESSION_FALLBACK` says; `false`: Redis alone, as without a chain. */
  readonly fallback: 'true' | 'memory' | 'false'
  /** @default 2 */
  readonly instances?: number
}

/** Two instances of an application on one Redis and one PostgreSQL, each over lines of its own. */
export interface Stage {
  readonly redis: RedisServer
  readonly postgres: PostgresServer
  /** By instance. */
  readonly redisLines: readonly Proxy[]
  readonly postgresLines: readonly Proxy[]
  readonly servers: readonly AppServer[]
  stop(): Promise<void>
}

export async function openStage({ fallback, instances = 2 }: StageOptions): Promise<Stage> {
  const closing: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close()
  }
  const opened = async <T>(starting: Promise<T>, close: (started: T) => Promise<void>): Promise<T> => {
    const started = await starting
    closing.push(() => close(started))
    return started
  }
  try {
    const redis = await opened(startRedis(), (server) => server.stop())
    const postgres = await opened(startPostgres(), (server) => server.stop())
    const redisLines: Proxy[] = []
    const postgresLines: Proxy[] = []
    const servers: AppServer[] = []
    const SESSION_SECRET = randomBytes(32).toString('base64url')
    for (let instance = 0; instance < instances; instance++) {
      const redisLine = await opened(startProxy({ port: redis.port }), (line) => line.close())
      const postgresLine = await opened(startProxy({ port: postgres.port }), (line) => line.close())
      redisLines.push(redisLine)
      postgresLines.push(postgresLine)
      const env = {
        SESSION_SECRET,
        SESSION_FALLBACK: fallback,
        USE_REDIS_SESSIONS: 'true',
        REDIS_URL: redisLine.url(redis.url),
        DATABASE_URL: postgresLine.url(postgres.url),
      }
      servers.push(await opened(startAppServer(env), (server) => server.stop()))
    }
    return { redis, postgres, redisLines, postgresLines, servers, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
