import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import { findFreePort } from '../ports/free-port.ts'
import { joinCluster, whenHealthy } from './cluster-membership.ts'
import { startRedisNode, waitUntil } from './redis-node.ts'
import type { OwnRedisNode, RedisNode } from './redis-node.ts'
import { checkTopologyOptions } from './topology-options.ts'
import type { Failover, TopologyOptions } from './topology-options.ts'

export interface RedisClusterOptions extends TopologyOptions {
  /** Masters, three or more. Default: 3. Each has one replica. */
  readonly masters?: number
}

/** A Redis Cluster on 127.0.0.1: masters that share the slots, each with one replica. */
export interface RedisCluster {
  /** All nodes, masters first as they were at the start. Serves as start-up nodes of a client. */
  readonly nodes: readonly RedisNode[]
  readonly password: string | undefined
  /** The nodes that are masters now. */
  masters(): Promise<readonly RedisNode[]>
  /** The master that now has the slot of a key. */
  masterOf(key: string): Promise<RedisNode>
  /** Kills a master, by default that of the first slots, and waits until its replica serves. */
  failOver(master?: RedisNode): Promise<Failover<RedisNode>>
  /** Waits until every node that runs serves, and every replica is in step. */
  waitUntilHealthy(): Promise<void>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const NODE_TIMEOUT_MS = 1_000

/**
 * Starts a cluster that takes writes on all slots.
 *
 * @throws {TypeError} options that are wrong, all named.
 * @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: a node did not start.
 * @throws {WaitFailedError} KEYTURN_TESTING_WAIT_FAILED: the nodes did not come to agree in time.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: no Redis 7 was found or could be fetched.
 */
export async function startRedisCluster({ masters: masterCount = 3, ...options }: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { password, parameters, startTimeoutMs } = checkTopologyOptions('startRedisCluster', options)
  if (!(Number.isInteger(masterCount) && masterCount >= 3)) throw new TypeError('startRedisCluster: masters must be a whole number, three or more')
  const folder = createTemporaryFolder('redis-cluster')
  const nodes: OwnRedisNode[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(node => node.end()))
    await folder.remove()
  }
  try {
    for (let index = 0; index < masterCount * 2; index++) {
      const settings = { ...CLUSTER, 'cluster-port': String(await findFreePort()), ...parameters }
      nodes.push(await startRedisNode({ folder: folder.path, name: `node-${index}`, password, settings, timeoutMs: startTimeoutMs }))
    }
    await joinCluster(nodes, masterCount, startTimeoutMs)
  } catch (error) {
    await stop()
    throw error
  }

  const masters = (): Promise<readonly OwnRedisNode[]> => only(nodes, isMaster)
  return {
    nodes,
    password,
    masters,
    async masterOf(key) {
      const [first] = await masters()
      const slot = Number(await first?.ask('CLUSTER', 'KEYSLOT', key))
      const [owner] = await only(nodes, async node => await isMaster(node) && await hasSlot(node, slot))
      if (owner === undefined) throw new Error('no master that runs has the slot of the key')
      return owner
    },
    async failOver(master) {
      const failed = nodes.find(node => node === (master ?? nodes[0]))
      if (failed === undefined) throw new TypeError('failOver: the master must be one of nodes')
      const before = new Set(await masters())
      if (!before.has(failed)) throw new TypeError(`failOver: the node on port ${failed.port} is no master now`)
      const start = performance.now()
      await failed.kill()
      let promoted: OwnRedisNode | undefined
      await waitUntil('the fail-over', startTimeoutMs, async () => {
        promoted = (await masters()).find(node => !before.has(node))
        return promoted !== undefined && await allServe(nodes.filter(node => node !== failed))
      })
      return { failed, promoted: promoted ?? failed, tookMs: performance.now() - start }
    },
    waitUntilHealthy: () => whenHealthy(nodes, startTimeoutMs),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const CLUSTER = {
  'cluster-enabled': 'yes',
  'cluster-config-file': 'nodes.conf',
  'cluster-node-timeout': String(NODE_TIMEOUT_MS),
  // However long a replica was out of step, it takes over: a test waits for it.
  'cluster-replica-validity-factor': '0',
  'repl-diskless-sync-delay': '0',
}

async function isMaster(node: OwnRedisNode): Promise<boolean> {
  return (await node.info('replication')).get('role') === 'master'
}

async function hasSlot(node: OwnRedisNode, slot: number): Promise<boolean> {
  const own = String(await node.ask('CLUSTER', 'NODES')).split('\n').find(line => line.includes('myself'))?.split(' ').slice(8) ?? []
  return own.some(range => {
    const [from = NaN, to = from] = range.split('-').map(Number)
    return slot >= from && slot <= to
  })
}

async function allServe(nodes: readonly OwnRedisNode[]): Promise<boolean> {
  const serving = await only(nodes, async node => String(await node.ask('CLUSTER', 'INFO')).includes('cluster_state:ok'))
  return serving.length === nodes.length
}

/** Those of which it is true; a node that does not answer is none of them. */
async function only(nodes: readonly OwnRedisNode[], test: (node: OwnRedisNode) => Promise<boolean>): Promise<OwnRedisNode[]> {
  const answers = await Promise.all(nodes.map(node => test(node).catch(() => false)))
  return nodes.filter((_, index) => answers[index])
}
