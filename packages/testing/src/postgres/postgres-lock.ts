import { readFileSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { FolderInUseError } from '../errors.ts'
import { waitUntilGone } from '../processes/process-tree.ts'

/** How long the watchdog of a process that just crashed may take to end its server. */
const LEAVING_MS = 7_000

/**
 * Takes away the mark of a server that is gone. PostgreSQL itself takes any process that has the same number by now
 * for that server, and refuses to start.
 *
 * @throws {FolderInUseError} KEYTURN_TESTING_FOLDER_IN_USE: a server runs on this folder, and goes on running.
 */
export async function clearStaleLock(dataFolder: string): Promise<void> {
  const lock = join(dataFolder, 'postmaster.pid')
  const pid = readPid(lock)
  if (pid === undefined) return
  if (!runsOn(pid, dataFolder)) return rm(lock, { force: true })
  const left = await waitUntilGone([pid], LEAVING_MS)
  if (left.length === 0) return rm(lock, { force: true })
  throw new FolderInUseError(`process ${pid} serves the data in ${dataFolder}: end it, or choose another folder`)
}

function readPid(lock: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10)
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

function runsOn(pid: number, dataFolder: string): boolean {
  try {
    // The server runs inside its data folder.
    if (process.platform === 'linux') return realpathSync(`/proc/${pid}/cwd`) === realpathSync(dataFolder)
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(dataFolder)
  } catch {
    return false
  }
}
