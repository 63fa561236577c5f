import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { WaitFailedError } from '../errors.ts'
import type { RunningServer } from '../servers/running-server.ts'
import type { ServerProcess } from '../servers/server-process.ts'
import { startRedisProcess } from './redis-process.ts'

/** One server of several that work together. They are stopped together. */
export interface RedisNode extends Omit<RunningServer, 'stop' | typeof Symbol.asyncDispose> {}

/** What the topologies need of a node beside what they show. */
export interface OwnRedisNode extends RedisNode {
  /** Runs one command. Rejects when the server does not answer within a second. */
  ask(command: string, ...args: (string | number)[]): Promise<unknown>
  /** The fields of a section of INFO. */
  info(section: string): Promise<ReadonlyMap<string, string>>
  /** Ends it for good. */
  end(): Promise<void>
}

export interface RedisNodeOptions {
  /** Each node gets a folder of its own in it. */
  readonly folder: string
  readonly name: string
  readonly password: string | undefined
  readonly settings: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export async function startRedisNode({ folder, name, password, settings, timeoutMs }: RedisNodeOptions): Promise<OwnRedisNode> {
  const own = join(folder, name)
  await mkdir(own, { recursive: true, mode: 0o700 })
  const secrets: Readonly<Record<string, string>> = password === undefined ? {} : { requirepass: JSON.stringify(password), masterauth: JSON.stringify(password) }
  const server = await startRedisProcess({ folder: own, port: undefined, settingsOn: () => ({ ...secrets, ...settings }), timeoutMs })
  return toRedisNode(server, password)
}

export function toRedisNode(server: ServerProcess, password: string | undefined): OwnRedisNode {
  let client: Redis | undefined
  const connect = async (): Promise<Redis> => {
    if (client?.status === 'end') client = undefined
    const { Redis: Client } = await import('ioredis')
    client ??= new Client({ host: '127.0.0.1', port: server.port, password, retryStrategy: () => null, commandTimeout: 1_000, connectTimeout: 1_000 })
      // Each command fails by itself as well.
      .on('error', () => {})
    return client
  }
  const ask = async (command: string, ...args: (string | number)[]): Promise<unknown> => (await connect()).call(command, ...args)

  return {
    host: '127.0.0.1',
    port: server.port,
    get log() { return server.log },
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    restart: () => server.restart(),
    ask,
    async info(section) {
      const text = String(await ask('INFO', section))
      return new Map([...text.matchAll(/^([^#:\r\n]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]))
    },
    async end() {
      client?.disconnect()
      await server.end()
    },
  }
}

/** Asks again until it is so; a server that does not answer counts as no. */
export async function waitUntil(what: string, timeoutMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    if (await isSo().catch(() => false)) return
    await sleep(25)
  }
  throw new WaitFailedError(`${what} did not come about within ${timeoutMs} ms`)
}
