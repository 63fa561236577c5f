import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { link, lstat, open, readdir, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode, toFileError, toLinkError } from './file-errors.ts'
import { syncFolder } from './private-access.ts'

const FORGOTTEN_AFTER_MS = 60_000

/**
 * Writes a file that was not there: whole or not at all, and durable.
 *
 * @returns `false` when it is there already, which is then left as it is.
 */
export async function createFile(path: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(path, text)
  try {
    // Unlike rename(), link() fails where something is; unlike open('wx'), nobody can see it half written.
    await link(temporary, path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw toLinkError(error, path)
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
  await syncFolder(dirname(path))
  return true
}

/** Writes a file in place of the one that is there: a reader sees the old or the new one, whole. */
export async function replaceFile(path: string, text: string, isAllowed: () => void): Promise<void> {
  const temporary = await writeTemporary(path, text)
  try {
    isAllowed()
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw errorCode(error)?.startsWith('KEYTURN_') ? error : toFileError(error, path)
  }
  await syncFolder(dirname(path))
}

/** Removes what processes that were killed left behind. */
export async function removeForgotten(path: string): Promise<void> {
  const folder = dirname(path)
  const prefix = temporaryPrefix(path)
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name.endsWith('.tmp'))
  for (const name of names) {
    const file = join(folder, name)
    const stats = await lstat(file).catch(() => undefined)
    if (stats === undefined || Date.now() - stats.mtimeMs < FORGOTTEN_AFTER_MS) continue
    await unlink(file).catch(() => undefined)
  }
}

/** A name beside `path` that nobody else uses. */
export function temporaryName(path: string): string {
  return join(dirname(path), `${temporaryPrefix(path)}${process.pid}-${randomBytes(8).toString('hex')}.tmp`)
}

async function writeTemporary(path: string, text: string): Promise<string> {
  const temporary = temporaryName(path)
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)
  try {
    const handle = await open(temporary, flags, 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw toFileError(error, path)
  }
  return temporary
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.`
}
