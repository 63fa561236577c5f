import { constants, type Stats } from 'node:fs'
import { lstat, mkdir, open, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SecretFileUnsafeError } from '../errors.ts'
import { errorCode, toFileError } from './file-errors.ts'
import { shellQuote } from './shell-quote.ts'

const OTHERS = 0o077
const WRITABLE_BY_OTHERS = 0o022
// Windows has neither modes nor these flags; its access lists are left to the operator.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
const NON_BLOCK = constants.O_NONBLOCK ?? 0
const MAX_BYTES = 65_536

export interface PrivateFile {
  readonly text: string
  readonly stats: Stats
}

/**
 * Reads a file that is ours alone.
 *
 * @returns `undefined` when there is no such file or folder.
 * @throws {SecretFileUnsafeError} KEYTURN_SECRET_FILE_UNSAFE: a symlink, not a file, too large, another owner, open to others.
 */
export async function readPrivateFile(path: string): Promise<PrivateFile | undefined> {
  await checkPrivateFolder(dirname(path))
  return readChecked(path, checkFile)
}

/**
 * Reads a file that a container platform put there: it may belong to root, be readable by a group, and be reached by
 * symbolic links. Nobody but root and we may be able to change it.
 *
 * @returns `undefined` when there is no such file.
 * @throws {SecretFileUnsafeError} KEYTURN_SECRET_FILE_UNSAFE
 */
export async function readMountedFile(path: string): Promise<PrivateFile | undefined> {
  const real = await realpath(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw toFileError(error, path)
  })
  return real === undefined ? undefined : readChecked(real, checkMountedFile)
}

async function readChecked(path: string, check: (path: string, stats: Stats) => void): Promise<PrivateFile | undefined> {
  // Non-blocking: to open a pipe that somebody put here must not hang.
  const handle = await open(path, constants.O_RDONLY | NO_FOLLOW | NON_BLOCK).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    if (errorCode(error) === 'ELOOP') throw symlinkError(path)
    throw toFileError(error, path)
  })
  if (handle === undefined) return undefined
  try {
    const stats = await handle.stat()
    check(path, stats)
    return { text: await handle.readFile('utf8'), stats }
  } catch (error) {
    throw errorCode(error)?.startsWith('KEYTURN_') ? error : toFileError(error, path)
  } finally {
    await handle.close()
  }
}

/** Passes when the folder is ours alone, or not there. */
async function checkPrivateFolder(folder: string): Promise<void> {
  const stats = await lstat(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw toFileError(error, folder)
  })
  if (stats === undefined) return
  if (stats.isSymbolicLink()) throw symlinkError(folder)
  if (!stats.isDirectory()) throw unsafe(folder, 'is not a folder', 'Name a folder that holds nothing else.')
  checkOwner(folder, stats)
  if (isOpenToOthers(stats)) {
    throw unsafe(folder, `is open to other users (mode ${mode(stats)})`, `Close it: chmod 700 ${shellQuote(folder)}`)
  }
}

/** Makes the folder, 0700, and those above it, if they are not there. */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  try {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 })
    if (first !== undefined) await syncFolder(dirname(first))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw toFileError(error, folder)
  }
  await checkPrivateFolder(folder)
}

/** Makes what happened to the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function checkFile(path: string, stats: Stats): void {
  checkKind(path, stats)
  checkOwner(path, stats)
  if (isOpenToOthers(stats)) {
    throw unsafe(path, `is open to other users (mode ${mode(stats)})`, `Close it: chmod 600 ${shellQuote(path)}`)
  }
}

function checkMountedFile(path: string, stats: Stats): void {
  checkKind(path, stats)
  if (stats.uid !== 0) checkOwner(path, stats)
  if (process.platform !== 'win32' && (stats.mode & WRITABLE_BY_OTHERS) !== 0) {
    throw unsafe(path, `can be written by other users (mode ${mode(stats)})`, 'Mount it read-only, with mode 0440.')
  }
}

function checkKind(path: string, stats: Stats): void {
  if (!stats.isFile()) throw unsafe(path, 'is not a regular file', 'Put a file in its place.')
  if (stats.size > MAX_BYTES) throw unsafe(path, `is larger than ${MAX_BYTES} bytes`, 'It is no secret file; name another one.')
}

function checkOwner(path: string, { uid }: Stats): void {
  const own = process.geteuid?.()
  if (own === undefined || uid === own) return
  throw unsafe(path, `belongs to user ${uid}, and this process runs as user ${own}`, `Hand it over: chown ${own} ${shellQuote(path)}`)
}

function isOpenToOthers(stats: Stats): boolean {
  return process.platform !== 'win32' && (stats.mode & OTHERS) !== 0
}

function mode(stats: Stats): string {
  return (stats.mode & 0o777).toString(8).padStart(4, '0')
}

function symlinkError(path: string): SecretFileUnsafeError {
  return unsafe(path, 'is a symbolic link', 'Name the place that it leads to.')
}

function unsafe(path: string, problem: string, remedy: string): SecretFileUnsafeError {
  return new SecretFileUnsafeError(path, problem, remedy)
}
