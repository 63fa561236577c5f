import { randomBytes } from 'node:crypto'
import { realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findBinary } from '../binaries/find-binary.ts'
import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import { toRunningServer } from '../servers/running-server.ts'
import type { RunningServer } from '../servers/running-server.ts'
import { startServerProcess } from '../servers/server-process.ts'
import type { ServerProcess } from '../servers/server-process.ts'
import { createTestDatabase } from '../servers/test-database.ts'
import type { TestDatabase } from '../servers/test-database.ts'
import { mariadbRole, shareFolderOf } from './mariadb-binary.ts'
import { commonArguments, makeSystemTables } from './mariadb-bootstrap.ts'
import type { MariadbInstallation } from './mariadb-bootstrap.ts'

export interface MariadbOptions {
  /** Server settings by name, e.g. `{ 'max-connections': 20 }`. */
  readonly parameters?: Readonly<Record<string, string | number>>
  /** Milliseconds for the server to become ready. Default: 60 000. */
  readonly startTimeoutMs?: number
}

/** A MariaDB server in a temporary folder. */
export interface MariadbServer extends RunningServer {
  /** Of a user with all rights: `mysql://keyturn:…@127.0.0.1:…/`. Stays the same over restarts. */
  readonly url: string
  readonly user: string
  readonly password: string
  createDatabase(): Promise<TestDatabase>
}

const USER = 'keyturn'

/**
 * @throws {TypeError} options that are wrong, all named.
 * @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: not ready in time; with the server's last lines.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: no MariaDB was found or could be fetched.
 */
export async function startMariadb({ parameters = {}, startTimeoutMs = 60_000 }: MariadbOptions = {}): Promise<MariadbServer> {
  checkOptions(parameters, startTimeoutMs)
  const binary = await findBinary(mariadbRole)
  const folder = createTemporaryFolder('mariadb')
  try {
    const share = shareFolderOf(binary, await realpath(binary.args.at(-1) ?? binary.command))
    const password = randomBytes(24).toString('base64url')
    const installation: MariadbInstallation = { binary, folder: folder.path, share }
    await makeSystemTables(installation)
    await writeFile(initFile(folder.path), grant(password), { mode: 0o600 })
    const server = await startProcess(installation, { parameters, timeoutMs: startTimeoutMs })
    const urlOf = (database: string): string => `mysql://${USER}:${password}@127.0.0.1:${server.port}/${database}`
    const stop = async (): Promise<void> => {
      await server.discard()
      await folder.remove()
    }
    return Object.assign(toRunningServer(server, stop), { url: urlOf(''), user: USER, password, createDatabase: () => createDatabase(urlOf) })
  } catch (error) {
    await folder.remove()
    throw error
  }
}

interface ProcessOptions {
  readonly parameters: Readonly<Record<string, string | number>>
  readonly timeoutMs: number
}

function startProcess(installation: MariadbInstallation, { parameters, timeoutMs }: ProcessOptions): Promise<ServerProcess> {
  const { binary, folder } = installation
  return startServerProcess({
    name: 'MariaDB',
    port: undefined,
    processOn: port => ({
      command: binary.command,
      args: [
        ...commonArguments(installation),
        `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'mariadb.sock')}`, `--pid-file=${join(folder, 'mariadb.pid')}`,
        '--skip-name-resolve', `--init-file=${initFile(folder)}`,
        ...Object.entries(parameters).map(([name, value]) => `--${name}=${value}`),
      ],
      cwd: folder,
      env: { ...process.env, ...binary.env },
      endSignal: 'SIGKILL',
    }),
    ready: /ready for connections/,
    portTaken: /Bind on TCP\/IP port|Address already in use/,
    timeoutMs,
    endSignal: 'SIGTERM',
    discardSignal: 'SIGKILL',
  })
}

/** Statements that the server runs at each start. */
function initFile(folder: string): string {
  return join(folder, 'init.sql')
}

function grant(password: string): string {
  return `CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${password}';
GRANT ALL PRIVILEGES ON *.* TO '${USER}'@'%' WITH GRANT OPTION;
`
}

function createDatabase(urlOf: (database: string) => string): Promise<TestDatabase> {
  const run = async (statement: string): Promise<void> => {
    const { createConnection } = await import('mysql2/promise')
    const connection = await createConnection(urlOf(''))
    try {
      await connection.query(statement)
    } finally {
      await connection.end()
    }
  }
  return createTestDatabase({
    urlOf,
    create: name => run(`CREATE DATABASE ${name}`),
    drop: name => run(`DROP DATABASE IF EXISTS ${name}`),
  })
}

function checkOptions(parameters: Readonly<Record<string, string | number>>, startTimeoutMs: number): void {
  const problems = Object.keys(parameters).filter(name => !/^[a-z][\w-]*$/i.test(name)).map(name => `parameters: "${name}" is not a setting's name`)
  if (!(Number.isFinite(startTimeoutMs) && startTimeoutMs > 0)) problems.push('startTimeoutMs must be a finite number above zero')
  if (problems.length > 0) throw new TypeError(`startMariadb: ${problems.join('; ')}`)
}
