import type { OwnRedisNode } from './redis-node.ts'
import { waitUntil } from './redis-node.ts'

const SLOTS = 16_384

/**
 * Makes a cluster of nodes that do not know each other: the first ones share the slots, of the others each follows one.
 *
 * @see https://redis.io/docs/latest/commands/cluster-meet/
 */
export async function joinCluster(nodes: readonly OwnRedisNode[], masterCount: number, timeoutMs: number): Promise<void> {
  const [masters, replicas] = [nodes.slice(0, masterCount), nodes.slice(masterCount)]
  // Without epochs of their own the masters would have to settle them first.
  await Promise.all(nodes.map((node, index) => node.ask('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)))
  await Promise.all(masters.map((node, index) => node.ask('CLUSTER', 'ADDSLOTSRANGE', firstSlot(index, masterCount), firstSlot(index + 1, masterCount) - 1)))
  await meet(nodes)
  await waitUntil('that all nodes know each other', timeoutMs, async () => {
    const views = await Promise.all(nodes.map(async node => String(await node.ask('CLUSTER', 'NODES'))))
    return views.every(view => !view.includes('handshake') && view.trim().split('\n').length === nodes.length)
  })
  await Promise.all(replicas.map(async (replica, index) => {
    const masterId = String(await masters[index % masterCount]?.ask('CLUSTER', 'MYID'))
    await replica.ask('CLUSTER', 'REPLICATE', masterId)
  }))
  await whenHealthy(nodes, timeoutMs)
}

/** Waits until all nodes serve, and the replicas are in step. */
export async function whenHealthy(nodes: readonly OwnRedisNode[], timeoutMs: number): Promise<void> {
  await waitUntil('that the cluster is healthy', timeoutMs, async () => {
    const states = await Promise.all(nodes.map(async node => ({
      cluster: String(await node.ask('CLUSTER', 'INFO')),
      view: String(await node.ask('CLUSTER', 'NODES')),
      replication: await node.info('replication'),
    })))
    return states.every(({ cluster, view, replication }) =>
      cluster.includes('cluster_state:ok')
      && cluster.includes(`cluster_known_nodes:${nodes.length}`)
      && view.split('\n').filter(line => /\bslave\b/.test(line)).length === nodes.length / 2
      && !/\bfail\b/.test(view)
      && (replication.get('role') === 'master' ? replication.get('connected_slaves') === '1' : replication.get('master_link_status') === 'up'))
  })
}

async function meet(nodes: readonly OwnRedisNode[]): Promise<void> {
  const [first, ...others] = nodes
  if (first === undefined) return
  for (const other of others) {
    const [, busPort] = await other.ask('CONFIG', 'GET', 'cluster-port') as [string, string]
    await first.ask('CLUSTER', 'MEET', other.host, other.port, busPort)
  }
}

function firstSlot(index: number, masterCount: number): number {
  return Math.round(index * SLOTS / masterCount)
}
