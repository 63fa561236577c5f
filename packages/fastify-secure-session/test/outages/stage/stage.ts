import { randomBytes } from 'node:crypto'
import { type PostgresServer, startPostgres } from '@keyturn/testing/postgres'
import { type Proxy, startProxy } from '@keyturn/testing/proxy'
import { type RedisServer, startRedis } from '@keyturn/testing/redis'
import { type AppServer, startAppServer } from './app-servers.ts'
import { openAll } from './opened.ts'

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

/** What `SESSION_FALLBACK` says. `false`: Redis alone, as without a chain. */
export type StageFallback = 'true' | 'memory' | 'false'

export interface StageNeeds {
  /** Instead of what the run asks for. */
  readonly fallback?: StageFallback
  /** PostgreSQL has its tables on a disk that can be filled. */
  readonly smallDisk?: boolean
}

const INSTANCES = 2
/** Several times what the users of one run leave there. */
const DISK_MEGABYTES = 96

export function openStage(run: { readonly fallback: StageFallback }, { fallback = run.fallback, smallDisk = false }: StageNeeds = {}): Promise<Stage> {
  return openAll(async ({ add }) => {
    const redis = await add(startRedis(), (server) => server.stop())
    const postgres = await add(startPostgres(smallDisk ? { diskMegabytes: DISK_MEGABYTES } : {}), (server) => server.stop())
    const line = (port: number) => add(startProxy({ port }), (proxy) => proxy.close())
    const [redisLines, postgresLines, servers]: [Proxy[], Proxy[], AppServer[]] = [[], [], []]
    const SESSION_SECRET = randomBytes(32).toString('base64url')
    for (let instance = 0; instance < INSTANCES; instance++) {
      const [redisLine, postgresLine] = [await line(redis.port), await line(postgres.port)]
      const env = {
        SESSION_SECRET,
        SESSION_FALLBACK: fallback,
        USE_REDIS_SESSIONS: 'true',
        REDIS_URL: redisLine.url(redis.url),
        DATABASE_URL: postgresLine.url(postgres.url),
      }
      redisLines.push(redisLine)
      postgresLines.push(postgresLine)
      servers.push(await add(startAppServer(env), (server) => server.stop()))
    }
    return { redis, postgres, redisLines, postgresLines, servers }
  })
}
