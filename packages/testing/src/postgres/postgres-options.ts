import { resolve } from 'node:path'

export interface PostgresOptions {
  /**
   * Folder of the cluster. It is made when it is not there and kept: the next start finds the same data and the same
   * password, and writes are durable. Default: a temporary folder that goes with the server, without fsync.
   */
  readonly folder?: string
  /** TCP port on 127.0.0.1. Default: a free one. */
  readonly port?: number
  /** Server settings by name, e.g. `{ shared_preload_libraries: 'pg_stat_statements' }`. */
  readonly parameters?: Readonly<Record<string, string | number>>
  /**
   * Keeps tables on a disk of this many megabytes, in memory and seen by the server alone, which `fillDisk` fills. They
   * do not outlive its process: such a server cannot be killed and restarted. Linux only. Default: the folder's own disk.
   */
  readonly diskMegabytes?: number
  /** Milliseconds for the server to become ready. Default: 30 000. */
  readonly startTimeoutMs?: number
}

export interface ResolvedPostgresOptions {
  readonly folder: string | undefined
  readonly port: number | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly diskMegabytes: number | undefined
  readonly startTimeoutMs: number
}

/** @throws {TypeError} naming every option that is wrong. */
export function resolvePostgresOptions(written: PostgresOptions): ResolvedPostgresOptions {
  const { folder, port, parameters = {}, diskMegabytes, startTimeoutMs = 30_000 } = written
  const problems: string[] = []
  if (folder === '') problems.push('folder must not be empty')
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) problems.push('port must be a whole number from 1 to 65535')
  if (diskMegabytes !== undefined && !(Number.isInteger(diskMegabytes) && diskMegabytes >= 1)) problems.push('diskMegabytes must be a whole number, at least 1')
  if (diskMegabytes !== undefined && folder !== undefined) problems.push('diskMegabytes does not go with a folder that is kept')
  if (!(Number.isFinite(startTimeoutMs) && startTimeoutMs > 0)) problems.push('startTimeoutMs must be a finite number above zero')
  for (const name of Object.keys(parameters)) {
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) problems.push(`parameters: "${name}" is not a setting's name`)
  }
  if (problems.length > 0) throw new TypeError(`startPostgres: ${problems.join('; ')}`)
  return Object.freeze({
    folder: folder === undefined ? undefined : resolve(folder),
    port,
    parameters: Object.freeze(Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))),
    diskMegabytes,
    startTimeoutMs,
  })
}
