import { readFile, rm, writeFile } from 'node:fs/promises'
import { StoreFailedError } from '../errors.ts'

/** Locks of this process: a number alone would not tell them from those of a process that is gone and had the same. */
const held = new Set<string>()

/**
 * Keeps a file for one process.
 *
 * @returns Gives it back.
 * @throws {StoreFailedError} KEYTURN_STORE_FAILED with reason `LOCKED`: another process that runs has it.
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`
  if (!(await take(lock))) {
    if (await isHeld(lock)) throw lockedError(path)
    await rm(lock, { force: true })
    if (!(await take(lock))) throw lockedError(path)
  }
  held.add(lock)
  return async () => {
    held.delete(lock)
    await rm(lock, { force: true })
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${process.pid}\n`, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isHeld(lock: string): Promise<boolean> {
  const pid = Number.parseInt(await readFile(lock, 'utf8').catch(() => ''), 10)
  if (pid === process.pid) return held.has(lock)
  return Number.isSafeInteger(pid) && pid > 0 && (await isRunning(pid))
}

/** A process that has ended runs no more, though it keeps its number until its parent takes note, which some never do. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  // `number (name) state …`, proc_pid_stat(5); other systems have no such file.
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  return stat.at(stat.lastIndexOf(')') + 2) !== 'Z'
}

function lockedError(path: string): StoreFailedError {
  return new StoreFailedError(
    'file',
    'LOCKED',
    `Another process uses ${path}. Use PostgreSQL or Redis for several processes; if none runs, remove ${path}.lock.`,
  )
}
