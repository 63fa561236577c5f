import { resolve } from 'node:path'

export interface RedisOptions {
  /** TCP port on 127.0.0.1. Default: a free one. */
  readonly port?: number
  /** Asked of every client. Default: none. */
  readonly password?: string
  /** `required`: the server speaks TLS only, with a certificate of its own making. Default: `off`. */
  readonly tls?: 'off' | 'required'
  /** Folder of what Redis keeps on disk; it is made when it is not there and kept. Default: a temporary one that goes with the server. */
  readonly folder?: string
  /**
   * Server settings by name, e.g. `{ appendonly: 'yes', appendfsync: 'always' }` or, in the server's folder,
   * `{ unixsocket: 'redis.sock' }`. Default: nothing is kept on disk, so a crash loses everything.
   */
  readonly parameters?: Readonly<Record<string, string | number>>
  /** Milliseconds for the server to become ready. Default: 30 000. */
  readonly startTimeoutMs?: number
}

export interface ResolvedRedisOptions {
  readonly port: number | undefined
  readonly password: string | undefined
  readonly tls: 'off' | 'required'
  readonly folder: string | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly startTimeoutMs: number
}

/** @throws {TypeError} naming every option that is wrong. */
export function resolveRedisOptions(written: RedisOptions, caller: string): ResolvedRedisOptions {
  const { port, password, tls = 'off', folder, parameters = {}, startTimeoutMs = 30_000 } = written
  const problems: string[] = []
  if (folder === '') problems.push('folder must not be empty')
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) problems.push('port must be a whole number from 1 to 65535')
  if (password !== undefined && !/^[!-~]+$/.test(password)) problems.push('password must be printable ASCII without spaces')
  if (!['off', 'required'].includes(tls)) problems.push('tls must be "off" or "required"')
  if (!(Number.isFinite(startTimeoutMs) && startTimeoutMs > 0)) problems.push('startTimeoutMs must be a finite number above zero')
  for (const [name, value] of Object.entries(parameters)) {
    if (!/^[a-z][a-z-]*$/i.test(name)) problems.push(`parameters: "${name}" is not a setting's name`)
    if (/[\r\n]/.test(String(value))) problems.push(`parameters: the value of "${name}" must be one line`)
  }
  if (problems.length > 0) throw new TypeError(`${caller}: ${problems.join('; ')}`)
  return Object.freeze({
    port,
    password,
    tls,
    folder: folder === undefined ? undefined : resolve(folder),
    parameters: Object.freeze(Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))),
    startTimeoutMs,
  })
}
