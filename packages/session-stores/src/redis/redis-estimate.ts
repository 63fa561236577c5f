import type { RedisConnection } from './redis-client.ts'
import { createRedisKeys, type RedisKeys } from './redis-keys.ts'
import type { RedisNode } from './redis-driver.ts'
import { mastersOf } from './redis-scan.ts'

export interface EstimateOptions {
  readonly connection: RedisConnection
  readonly prefix: string
  readonly limitMs: number
}

/** Names of a sample: then one in a hundred is the likely error where half of the names are sessions. */
const SAMPLE = 5000
const STEP = 500

/** How many sessions there are: counted where there are few, else from what share of a sample of names they have. */
export async function estimateSessions({ connection, prefix, limitMs }: EstimateOptions): Promise<number> {
  return connection.run(async (client) => {
    const keys = createRedisKeys(prefix, client.options?.keyPrefix ?? '')
    const counts = await Promise.all(mastersOf(client).map((node) => estimateOn(node, keys)))
    return counts.reduce((sum, count) => sum + count, 0)
  }, limitMs)
}

/** SCAN goes by the hashes of names, so what it gives first is a fair sample. */
async function estimateOn(node: RedisNode, keys: RedisKeys): Promise<number> {
  let [cursor, seen, sessions] = ['0', 0, 0]
  do {
    const [next, names] = await node.scan(cursor, 'MATCH', '*', 'COUNT', STEP)
    cursor = next
    seen += names.length
    sessions += names.filter((name) => keys.fromName(name) !== undefined).length
  } while (cursor !== '0' && seen < SAMPLE)
  return cursor === '0' ? sessions : Math.round((sessions / seen) * (await node.dbsize()))
}
