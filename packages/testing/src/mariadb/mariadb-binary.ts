import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Binary, BinaryRole } from '../binaries/binary-role.ts'

export const mariadbRole: BinaryRole = {
  name: 'mariadbd',
  variable: 'KEYTURN_MARIADBD',
  candidates: ['mariadbd', '/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd', '/opt/homebrew/bin/mariadbd'],
  probe: { args: ['--no-defaults', '--version'], prints: /MariaDB/ },
  debian: { packages: ['mariadb-server-core'], paths: ['usr/sbin/mariadbd'] },
  docker: { image: 'mariadb:11', path: 'usr/sbin/mariadbd' },
  remedy: 'Install MariaDB (`apt-get install mariadb-server`, `brew install mariadb`)',
}

/** The folder with the server's messages and the statements that make its own tables. */
export function shareFolderOf(binary: Binary, realPath: string): string {
  const bases = [...(binary.root === undefined ? [] : [join(binary.root, 'usr')]), dirname(dirname(realPath))]
  const folders = bases.flatMap(base => ['share/mysql', 'share/mariadb'].map(name => join(base, name)))
  const found = folders.find(folder => existsSync(join(folder, 'mysql_system_tables.sql')))
  if (found === undefined) throw new Error(`no mysql_system_tables.sql beside ${realPath}: looked in ${folders.join(', ')}`)
  return found
}
