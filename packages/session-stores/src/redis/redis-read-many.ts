import type { StoreKey } from '../store.ts'
import { runScript } from './redis-client.ts'
import type { RedisClient } from './redis-driver.ts'
import type { RedisKeys } from './redis-keys.ts'
import { decodeCounted, HEADER_BYTES } from './redis-record.ts'
import { redisScripts } from './redis-scripts.ts'

/** Sessions of one command: a command for each costs ten times as much, and the server serves nobody in between. */
const TOGETHER = 100

/** Values of many sessions in few commands; `null` where there is none. */
export function readValues(client: RedisClient, keys: RedisKeys, given: readonly StoreKey[]): Promise<(Buffer | null)[]> {
  return readMany(client, keys, given, {
    one: (name) => client.getBuffer(name),
    several: (names) => client.mgetBuffer(names),
  })
}

/** As `readValues`, of each the header alone; empty where there is none. */
export function readHeaders(client: RedisClient, keys: RedisKeys, given: readonly StoreKey[]): Promise<Buffer[]> {
  return readMany(client, keys, given, {
    one: (name) => client.getrangeBuffer(name, 0, HEADER_BYTES - 1),
    several: async (names) => (await runScript(client, redisScripts.headers, names, [])) as Buffer[],
  })
}

/** Whether there is a live record of each. All of a group are there as a rule, which a count tells. */
export function readPresence(client: RedisClient, keys: RedisKeys, given: readonly StoreKey[]): Promise<boolean[]> {
  return readMany(client, keys, given, {
    one: async (name) => isLive(await client.getrangeBuffer(name, 0, HEADER_BYTES - 1)),
    several: async (names) => {
      if ((await client.exists(names)) === names.length) return names.map(() => true)
      return ((await runScript(client, redisScripts.headers, names, [])) as Buffer[]).map(isLive)
    },
  })
}

function isLive(header: Buffer): boolean {
  return decodeCounted(header) !== undefined
}

interface Read<Value> {
  readonly one: (name: string) => Promise<Value>
  readonly several: (names: string[]) => Promise<Value[]>
}

async function readMany<Value>(
  client: RedisClient,
  keys: RedisKeys,
  given: readonly StoreKey[],
  { one, several }: Read<Value>,
): Promise<Value[]> {
  const names = given.map(keys.session)
  // On a Cluster they lie on many servers, and a command is for one.
  if (client.isCluster === true) return Promise.all(names.map(one))
  const groups: Promise<Value[]>[] = []
  for (let at = 0; at < names.length; at += TOGETHER) groups.push(several(names.slice(at, at + TOGETHER)))
  return (await Promise.all(groups)).flat()
}
