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
  /** Milliseconds for the server to become ready. Default: 30 000. */
  readonly startTimeoutMs?: number
}

export interface ResolvedPostgresOptions {
  readonly folder: string | undefined
  readonly port: number | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly startTimeoutMs: number
}

/** @throws {TypeError} naming every option that is wrong. */
export function resolvePostgresOptions(written: PostgresOptions): ResolvedPostgresOptions {
  const { folder, port, parameters = {}, startTimeoutMs = 30_000 } = written
  const problems: string[] = []
  if (folder === '') problems.push('folder must not be empty')
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) problems.push('port must be a whole number from 1 to 65535')
  if (!(Number.isFinite(startTimeoutMs) && startTimeoutMs > 0)) problems.push('startTimeoutMs must be a finite number above zero')
  for (const name of Object.keys(parameters)) {
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) problems.push(`parameters: "${name}" is not a setting's name`)
  }
  if (problems.length > 0) throw new TypeError(`startPostgres: ${problems.join('; ')}`)
  return Object.freeze({
    folder: folder === undefined ? undefined : resolve(folder),
    port,
    parameters: Object.freeze(Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))),
    startTimeoutMs,
  })
}
