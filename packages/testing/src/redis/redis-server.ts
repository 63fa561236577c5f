import { mkdir } from 'node:fs/promises'
import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import { resolveRedisOptions } from './redis-options.ts'
import type { RedisOptions } from './redis-options.ts'
import { startRedisProcess } from './redis-process.ts'

/** A Redis server of our own on 127.0.0.1. It ends at the latest with this process, however that ends. */
export interface RedisServer {
  /** `redis://127.0.0.1:…`, with the password if there is one. Stays the same over restarts. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly password: string | undefined
  /** Folder of what Redis keeps on disk. */
  readonly folder: string
  /** What the server logged so far. */
  readonly log: readonly string[]
  /** Ends the server in order, and removes its folder unless that is kept. */
  stop(): Promise<void>
  /** SIGKILL, as a crash. `restart` brings it back. */
  kill(): Promise<void>
  /** Freezes it: connections are accepted and never answered. */
  pause(): void
  resume(): void
  /** Ends the server in order if it runs, and starts it again on the same port and folder. */
  restart(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a single server.
 *
 * @throws {TypeError} options that are wrong, all named.
 * @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: not ready in time, or the port is taken; with the server's last lines.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: no Redis 7 was found or could be fetched.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { folder: kept, parameters, password, port, startTimeoutMs } = resolveRedisOptions(options, 'startRedis')
  const temporary = kept === undefined ? createTemporaryFolder('redis') : undefined
  try {
    const folder = kept ?? temporary?.path ?? ''
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const server = await startRedisProcess({
      folder,
      port,
      settings: { ...(password === undefined ? {} : { requirepass: JSON.stringify(password) }), ...parameters },
      timeoutMs: startTimeoutMs,
    })
    const stop = async (): Promise<void> => {
      await server.end()
      await temporary?.remove()
    }
    return {
      url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${server.port}`,
      host: '127.0.0.1',
      port: server.port,
      password,
      folder,
      get log() { return server.log },
      stop,
      kill: () => server.kill(),
      pause: () => server.pause(),
      resume: () => server.resume(),
      restart: () => server.restart(),
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await temporary?.remove()
    throw error
  }
}
