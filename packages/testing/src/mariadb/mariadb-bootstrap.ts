import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binary } from '../binaries/binary-role.ts'
import { StartFailedError } from '../errors.ts'
import { startManagedProcess } from '../processes/managed-process.ts'

export interface MariadbInstallation {
  readonly binary: Binary
  /** Where the data goes. */
  readonly folder: string
  /** Messages and statements that come with the server. */
  readonly share: string
}

const BOOTSTRAP_TIMEOUT_MS = 60_000

export function commonArguments({ binary, folder, share }: MariadbInstallation): string[] {
  return [
    ...binary.args,
    '--no-defaults',
    // It refuses to be root unless it is told to; it serves this test only.
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    `--datadir=${join(folder, 'data')}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${join(share, 'charsets')}`,
    '--innodb-buffer-pool-size=32M',
    // The folder is thrown away: what a crash of the machine would leave does not matter.
    '--loose-innodb-flush-method=nosync',
    // A commit is with the system, though not on the disk: a killed server loses none.
    '--innodb-flush-log-at-trx-commit=2',
  ]
}

/** Makes the data folder with the server's own tables, and no user but those that `init-file` adds. */
export async function makeSystemTables(installation: MariadbInstallation): Promise<void> {
  const { binary, folder, share } = installation
  await mkdir(join(folder, 'data'), { mode: 0o700 })
  const running = await startManagedProcess({
    command: binary.command,
    args: [...commonArguments(installation), '--bootstrap', '--skip-networking'],
    cwd: folder,
    env: { ...process.env, ...binary.env },
    endSignal: 'SIGKILL',
  })
  running.child.stdin?.end(await statements(share))
  const { code } = await running.waitForExit({ timeoutMs: BOOTSTRAP_TIMEOUT_MS })
  if (code !== 0) throw new StartFailedError(`MariaDB could not make its tables. It printed:\n${running.output.lines.join('\n')}`)
}

async function statements(share: string): Promise<string> {
  const files = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql']
  const texts = await Promise.all(files.map(name => readFile(join(share, name), 'utf8')))
  return ['create database mysql;', 'use mysql;', 'set @auth_root_socket = null;', 'set @skip_auth_anonymous = 1;', ...texts, ''].join('\n')
}
