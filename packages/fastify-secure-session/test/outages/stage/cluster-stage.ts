import { randomBytes } from 'node:crypto'
import { startPostgres } from '@keyturn/testing/postgres'
import { type RedisCluster, startRedisCluster } from '@keyturn/testing/redis'
import { type AppServer, startAppServer } from './app-servers.ts'
import { openAll } from './opened.ts'

/** Two instances of an application on a Redis Cluster and PostgreSQL. */
export interface ClusterStage {
  readonly cluster: RedisCluster
  readonly servers: readonly AppServer[]
  stop(): Promise<void>
}

export function openClusterStage(): Promise<ClusterStage> {
  return openAll(async ({ add }) => {
    const cluster = await add(startRedisCluster(), (started) => started.stop())
    const postgres = await add(startPostgres(), (server) => server.stop())
    const env = {
      SESSION_SECRET: randomBytes(32).toString('base64url'),
      DATABASE_URL: postgres.url,
      OUTAGE_CLUSTER_PORTS: cluster.nodes.map(({ port }) => port).join(','),
    }
    const start = () => add(startAppServer(env), (server) => server.stop())
    return { cluster, servers: [await start(), await start()] }
  })
}
