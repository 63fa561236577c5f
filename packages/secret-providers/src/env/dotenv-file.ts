import { constants, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { SecretFileUnsafeError } from '../errors.ts'
import { errorCode, toFileError } from '../file/file-errors.ts'
import { shellQuote } from '../file/shell-quote.ts'

const WRITABLE_BY_OTHERS = 0o022
const READABLE_BY_OTHERS = 0o044

export interface DotenvFile {
  readonly values: Readonly<Record<string, string | undefined>>
  readonly warnings: readonly string[]
}

/**
 * Reads a `.env` file. Others may be able to read it, which is only warned of; they may not be able to write it.
 *
 * @returns No values when there is no such file.
 * @throws {SecretFileUnsafeError} KEYTURN_SECRET_FILE_UNSAFE: a symlink, not a file, of another user, writable by others.
 * @see https://nodejs.org/api/util.html#utilparseenvcontent
 */
export async function readDotenvFile(path: string): Promise<DotenvFile> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const handle = await open(path, flags).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    if (errorCode(error) === 'ELOOP') throw unsafe(path, 'is a symbolic link', 'Name the file that it leads to.')
    throw toFileError(error, path)
  })
  if (handle === undefined) return { values: {}, warnings: [] }
  try {
    const stats = await handle.stat()
    checkStats(path, stats)
    return { values: parseEnv(await handle.readFile('utf8')), warnings: findWarnings(path, stats) }
  } finally {
    await handle.close()
  }
}

function checkStats(path: string, stats: Stats): void {
  if (!stats.isFile()) throw unsafe(path, 'is not a regular file', 'Put a file in its place.')
  const own = process.geteuid?.()
  if (own === undefined) return
  if (stats.uid !== own && stats.uid !== 0) {
    throw unsafe(path, `belongs to user ${stats.uid}, and this process runs as user ${own}`, `Hand it over: chown ${own} ${shellQuote(path)}`)
  }
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {
    throw unsafe(path, 'can be written by other users', `Close it: chmod 600 ${shellQuote(path)}`)
  }
}

function findWarnings(path: string, { mode }: Stats): string[] {
  if (process.platform === 'win32' || (mode & READABLE_BY_OTHERS) === 0) return []
  return [`${path} can be read by other users. Close it: chmod 600 ${shellQuote(path)}`]
}

function unsafe(path: string, problem: string, remedy: string): SecretFileUnsafeError {
  return new SecretFileUnsafeError(path, problem, remedy)
}
