import type { ManagedProcessOptions } from '../processes/managed-process.ts'
import { startServerProcess } from '../servers/server-process.ts'
import type { ServerProcess } from '../servers/server-process.ts'
import type { PostgresAccount } from './postgres-account.ts'
import { dataArgument } from './postgres-cluster.ts'
import { clearStaleLock } from './postgres-lock.ts'
import { withSmallDisk } from './small-disk.ts'
import type { SmallDisk } from './small-disk.ts'

export interface PostgresProcessOptions {
  readonly command: string
  readonly account: PostgresAccount
  readonly dataFolder: string
  /** Undefined: a free one. */
  readonly port: number | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly disk: SmallDisk | undefined
  readonly timeoutMs: number
  /** What the watchdog sends: SIGINT ends at once and in order, SIGQUIT without writing anything more. */
  readonly abandonSignal: 'SIGINT' | 'SIGQUIT'
}

export function startPostgresProcess(options: PostgresProcessOptions): Promise<ServerProcess> {
  const { dataFolder } = options
  return startServerProcess({
    name: 'PostgreSQL',
    port: options.port,
    processOn: port => ({
      ...launch(options, ['-D', dataArgument(dataFolder), ...settings(options, port)]),
      cwd: dataFolder,
      endSignal: options.abandonSignal,
    }),
    prepare: () => clearStaleLock(dataFolder),
    ready: /database system is ready to accept connections/,
    portTaken: /could not bind|Address already in use/,
    timeoutMs: options.timeoutMs,
    endSignal: 'SIGINT',
    discardSignal: 'SIGQUIT',
  })
}

function launch({ command, account, disk }: PostgresProcessOptions, args: readonly string[]): Pick<ManagedProcessOptions, 'command' | 'args' | 'env' | 'uid' | 'gid'> {
  if (disk === undefined) return { command, args, env: {}, ...account }
  // It finds the programs that make the disk by itself.
  return { ...withSmallDisk({ command, args, ...account }, disk.megabytes), env: { PATH: process.env['PATH'] } }
}

function settings({ parameters }: PostgresProcessOptions, port: number): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    // In the data folder rather than in /dev/shm, where a killed server would leave it behind.
    dynamic_shared_memory_type: 'mmap',
    ...parameters,
  }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
