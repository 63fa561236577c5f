import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import { startSentinelProcess } from './redis-process.ts'
import { startRedisNode, toRedisNode, waitUntil } from './redis-node.ts'
import type { OwnRedisNode, RedisNode } from './redis-node.ts'
import { checkTopologyOptions } from './topology-options.ts'
import type { Failover, TopologyOptions } from './topology-options.ts'

/** One master, one replica and three sentinels on 127.0.0.1. */
export interface RedisSentinel {
  /** What the sentinels call the master: `name` of a client's options. */
  readonly name: string
  /** `sentinels` of a client's options. */
  readonly sentinels: readonly RedisNode[]
  /** The data nodes, the first master first. */
  readonly nodes: readonly RedisNode[]
  readonly password: string | undefined
  /** The node that the sentinels hold for the master now. */
  master(): Promise<RedisNode>
  /** Kills the master and waits until the sentinels agree on its replica. */
  failOver(): Promise<Failover<RedisNode>>
  /** Waits until there is a master with a replica in step, and a quorum of sentinels that see both. */
  waitUntilHealthy(): Promise<void>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const NAME = 'keyturn'
const SENTINELS = 3

/**
 * Starts the servers and waits until the sentinels can replace the master.
 *
 * @throws {TypeError} options that are wrong, all named.
 * @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: a server did not start.
 * @throws {WaitFailedError} KEYTURN_TESTING_WAIT_FAILED: the sentinels did not come to agree in time.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: no Redis 7 was found or could be fetched.
 */
export async function startRedisSentinel(options: TopologyOptions = {}): Promise<RedisSentinel> {
  const { password, parameters, startTimeoutMs: timeoutMs } = checkTopologyOptions('startRedisSentinel', options)
  const folder = createTemporaryFolder('redis-sentinel')
  const nodes: OwnRedisNode[] = []
  const sentinels: OwnRedisNode[] = []
  const stop = async (): Promise<void> => {
    await Promise.all([...sentinels, ...nodes].map(node => node.end()))
    await folder.remove()
  }
  try {
    const settings = { 'repl-diskless-sync-delay': '0', ...parameters }
    const first = await startRedisNode({ folder: folder.path, name: 'node-0', password, settings, timeoutMs })
    nodes.push(first)
    nodes.push(await startRedisNode({ folder: folder.path, name: 'node-1', password, settings: { replicaof: `127.0.0.1 ${first.port}`, ...settings }, timeoutMs }))
    for (let count = 0; count < SENTINELS; count++) {
      sentinels.push(toRedisNode(await startSentinelProcess({ folder: folder.path, lines: watching(first.port, password), timeoutMs }), undefined))
    }
    // They look at the servers every ten seconds otherwise, and publish what they know every two.
    await Promise.all(sentinels.map(sentinel => sentinel.ask('SENTINEL', 'DEBUG', 'INFO-PERIOD', 250, 'PUBLISH-PERIOD', 250)))
    await whenHealthy(sentinels, timeoutMs)
  } catch (error) {
    await stop()
    throw error
  }

  const master = async (): Promise<OwnRedisNode> => {
    const port = (await masterPorts(sentinels)).find(found => found !== undefined)
    const node = nodes.find(candidate => candidate.port === port)
    if (node === undefined) throw new Error('no sentinel that runs knows a master')
    return node
  }
  return {
    name: NAME,
    sentinels,
    nodes,
    password,
    master,
    async failOver() {
      const failed = await master()
      const start = performance.now()
      await failed.kill()
      await waitUntil('the fail-over', timeoutMs, async () => {
        const ports = (await masterPorts(sentinels)).filter(port => port !== undefined)
        const promoted = nodes.find(node => node.port === ports[0])
        return ports.every(port => port !== failed.port && port === ports[0]) && (await promoted?.info('replication'))?.get('role') === 'master'
      })
      return { failed, promoted: await master(), tookMs: performance.now() - start }
    },
    waitUntilHealthy: () => whenHealthy(sentinels, timeoutMs),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function watching(port: number, password: string | undefined): string[] {
  return [
    `sentinel monitor ${NAME} 127.0.0.1 ${port} 2`,
    `sentinel down-after-milliseconds ${NAME} 1000`,
    `sentinel failover-timeout ${NAME} 5000`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${NAME} ${JSON.stringify(password)}`]),
  ]
}

/** What each sentinel holds for the master; undefined for one that does not answer. */
async function masterPorts(sentinels: readonly OwnRedisNode[]): Promise<(number | undefined)[]> {
  return Promise.all(sentinels.map(async sentinel => {
    const address = await sentinel.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME).catch(() => undefined) as [string, string] | undefined
    return address === undefined ? undefined : Number(address[1])
  }))
}

async function whenHealthy(sentinels: readonly OwnRedisNode[], timeoutMs: number): Promise<void> {
  await waitUntil('that the sentinels can replace the master', timeoutMs, async () => {
    const views = await Promise.all(sentinels.map(async sentinel => {
      await sentinel.ask('SENTINEL', 'CKQUORUM', NAME)
      const fields = await sentinel.ask('SENTINEL', 'MASTER', NAME) as string[]
      const replicas = await sentinel.ask('SENTINEL', 'REPLICAS', NAME) as string[][]
      return { master: toMap(fields), replicas: replicas.map(toMap) }
    }))
    return views.every(({ master, replicas }) =>
      master.get('flags') === 'master'
      && master.get('num-other-sentinels') === String(SENTINELS - 1)
      && replicas.length === 1
      && replicas.every(replica => replica.get('flags') === 'slave' && replica.get('master-link-status') === 'ok'))
  })
}

function toMap(fields: readonly string[]): ReadonlyMap<string, string> {
  return new Map(fields.flatMap((name, index) => index % 2 === 0 ? [[name, fields[index + 1] ?? ''] as const] : []))
}
