import type { RedisNode } from '@keyturn/testing/redis'
import type { ClusterStage } from '../stage/cluster-stage.ts'
import type { Scenario } from './scenario.ts'

export const clusterScenarios: readonly (() => Scenario<ClusterStage>)[] = [clusterFailover, clusterMasterEmptied]

/** A master of a Redis Cluster is killed, its replica takes over, and it comes back as a replica. */
function clusterFailover(): Scenario<ClusterStage> {
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

/**
 * A master is back before its replica takes over, and the replica becomes as empty as it is. With its sessions go the indexes
 * of users whose sessions lie on other masters.
 */
function clusterMasterEmptied(): Scenario<ClusterStage> {
  return {
    name: 'Redis Cluster master back at once, empty',
    async begin({ cluster }) {
      const [master] = await cluster.masters()
      await master?.kill()
      await master?.restart()
    },
    end: ({ cluster }) => cluster.waitUntilHealthy(),
  }
}
