import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process and all that descend from it, parents before children. */
export function processTree(root: number): number[] {
  const children = Map.groupBy(listProcesses(), entry => entry.parent)
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []).map(entry => entry.pid))
  return tree
}

/** Sends a signal to each process; those that are gone, or whose number is now another user's, are passed over. */
export function signalAll(pids: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ESRCH' && code !== 'EPERM') throw error
    }
  }
}

/** Waits until none of the processes is left. Resolves to those that still are when the time is up. */
export async function waitUntilGone(pids: readonly number[], timeoutMs: number): Promise<number[]> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const left = pids.filter(isAlive)
    if (left.length === 0 || performance.now() >= deadline) return left
    await sleep(10)
  }
}

/** Whether a process runs. One that ended and waits for its parent to notice does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return process.platform !== 'linux' || readStat(pid)?.state !== 'Z'
}

interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly state: string
}

function listProcesses(): ProcessEntry[] {
  // Slim container images have no `ps`.
  if (process.platform === 'linux') {
    return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(name => readStat(Number(name))).filter(entry => entry !== undefined)
  }
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' })
  return table.trim().split('\n').map(row => {
    const [pid, parent, state] = row.trim().split(/\s+/)
    return { pid: Number(pid), parent: Number(parent), state: state ?? '' }
  })
}

function readStat(pid: number): ProcessEntry | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name stands in parentheses and may hold spaces and parentheses itself.
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(parent), state: state ?? '' }
  } catch {
    return undefined
  }
}
