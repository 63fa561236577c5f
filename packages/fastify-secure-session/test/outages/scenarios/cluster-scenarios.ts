import type { RedisNode } from '@keyturn/testing/redis'
import type { ClusterStage } from '../stage/cluster-stage.ts'
import type { Scenario } from './scenario.ts'

/** A master of a Redis Cluster is killed, its replica takes over, and it comes back as a replica. */
export function clusterFailover(): Scenario<ClusterStage> {
  let killed: RedisNode | undefined
  return {
    name: 'Redis Cluster loses a master',
    async begin({ cluster }) {
      ;[killed] = await cluster.masters()
      await killed?.kill()
    },
    async end({ cluster }) {
      await killed?.restart()
      await cluster.waitUntilHealthy()
    },
  }
}
