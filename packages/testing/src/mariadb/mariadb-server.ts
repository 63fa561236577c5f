import { randomBytes } from 'node:crypto'
import { realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findBinary } from '../binaries/find-binary.ts'
import { createTemporaryFolder } from '../folders/temporary-folder.ts'
import { startServerProcess } from '../servers/server-process.ts'
import type { ServerProcess } from '../servers/server-process.ts'
import { mariadbRole, shareFolderOf } from './mariadb-binary.ts'
import { commonArguments, makeSystemTables } from './mariadb-bootstrap.ts'
import type { MariadbInstallation } from './mariadb-bootstrap.ts'

export interface MariadbOptions {
  /** Server settings by name, e.g. `{ 'max-connections': 20 }`. */
  readonly parameters?: Readonly<Record<string, string | number>>
  /** Milliseconds for the server to become ready. Default: 60 000. */
  readonly startTimeoutMs?: number
}

/** A MariaDB server of our own on 127.0.0.1, in a temporary folder. It ends at the latest with this process. */
export interface MariadbServer {
  /** Of a user with all rights: `mysql://keyturn:…@127.0.0.1:…/`. Stays the same over restarts. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** What the server logged so far. */
  readonly log: readonly string[]
  /** Makes an empty database. */
  createDatabase(): Promise<MariadbDatabase>
  /** Ends the server and removes its folder. */
  stop(): Promise<void>
  /** SIGKILL, as a crash. `restart` brings it back. */
  kill(): Promise<void>
  /** Freezes it: connections are accepted and never answered. */
  pause(): void
  resume(): void
  restart(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface MariadbDatabase {
  readonly name: string
  readonly url: string
  drop(): Promise<void>
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
    return toServer(server, { password, remove: () => folder.remove() })
  } catch (error) {
    await folder.remove()
    throw error
  }
}

function toServer(server: ServerProcess, { password, remove }: { readonly password: string, readonly remove: () => Promise<void> }): MariadbServer {
  const urlOf = (database: string): string => `mysql://${USER}:${password}@127.0.0.1:${server.port}/${database}`
  const stop = async (): Promise<void> => {
    await server.discard()
    await remove()
  }
  return {
    url: urlOf(''),
    host: '127.0.0.1',
    port: server.port,
    user: USER,
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

async function createDatabase(urlOf: (database: string) => string): Promise<MariadbDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  const run = async (statement: string): Promise<void> => {
    const { createConnection } = await import('mysql2/promise')
    const connection = await createConnection(urlOf(''))
    try {
      await connection.query(statement)
    } finally {
      await connection.end()
    }
  }
  await run(`CREATE DATABASE ${name}`)
  return { name, url: urlOf(name), drop: () => run(`DROP DATABASE IF EXISTS ${name}`) }
}

function checkOptions(parameters: Readonly<Record<string, string | number>>, startTimeoutMs: number): void {
  const problems = Object.keys(parameters).filter(name => !/^[a-z][\w-]*$/i.test(name)).map(name => `parameters: "${name}" is not a setting's name`)
  if (!(Number.isFinite(startTimeoutMs) && startTimeoutMs > 0)) problems.push('startTimeoutMs must be a finite number above zero')
  if (problems.length > 0) throw new TypeError(`startMariadb: ${problems.join('; ')}`)
}
