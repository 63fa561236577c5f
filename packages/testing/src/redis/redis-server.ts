import { mkdir } from 'node:fs/promises'
import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import { toRunningServer } from '../servers/running-server.ts'
import type { RunningServer } from '../servers/running-server.ts'
import { createRedisControls } from './redis-controls.ts'
import type { RedisControls } from './redis-controls.ts'
import { resolveRedisOptions } from './redis-options.ts'
import type { RedisOptions } from './redis-options.ts'
import { startRedisProcess } from './redis-process.ts'
import { writeCertificate } from './redis-tls.ts'

/** A single Redis server. */
export interface RedisServer extends RunningServer, RedisControls {
  /** `redis://127.0.0.1:…`, with TLS `rediss:`, with the password if there is one. Stays the same over restarts. */
  readonly url: string
  readonly password: string | undefined
  /** Folder of what Redis keeps on disk. */
  readonly folder: string
  /** `tls` of a client's options; absent without TLS. */
  readonly tls?: { readonly ca: string }
}

/**
 * Starts a single server.
 *
 * @throws {TypeError} options that are wrong, all named.
 * @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: not ready in time, or the port is taken; with the server's last lines.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: no Redis 7 was found or could be fetched.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { folder: kept, parameters, password, port, startTimeoutMs, tls: encryption } = resolveRedisOptions(options, 'startRedis')
  const temporary = kept === undefined ? createTemporaryFolder('redis') : undefined
  try {
    const folder = kept ?? temporary?.path ?? ''
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const certificate = encryption === 'required' ? await writeCertificate(folder) : undefined
    const server = await startRedisProcess({
      folder,
      port,
      settingsOn: boundPort => ({
        ...(password === undefined ? {} : { requirepass: JSON.stringify(password) }),
        ...certificate?.settingsOn(boundPort),
        ...parameters,
      }),
      timeoutMs: startTimeoutMs,
    })
    const stop = async (): Promise<void> => {
      await server.end()
      await temporary?.remove()
    }
    const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`
    const tls = certificate === undefined ? undefined : { ca: certificate.ca }
    const controls = createRedisControls({ port: server.port, folder, password, tls })
    return Object.assign(toRunningServer(server, stop), controls, {
      url: `${certificate === undefined ? 'redis' : 'rediss'}://${login}127.0.0.1:${server.port}`,
      password,
      folder,
      ...(tls === undefined ? {} : { tls }),
    })
  } catch (error) {
    await temporary?.remove()
    throw error
  }
}
