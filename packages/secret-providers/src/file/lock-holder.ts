import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who holds a lock, so that others can tell whether it still lives. */
export interface LockHolder {
  readonly pid: number
  /** Machine and process namespace: the same process id elsewhere is another process. */
  readonly host: string
  /** Start of the process in ticks of the kernel: process ids are used again. Absent where the kernel does not tell. */
  readonly startedAt?: string
}

export function describeThisProcess(): LockHolder {
  const startedAt = readStat(process.pid)?.startedAt
  return { pid: process.pid, host: thisHost, ...(startedAt === undefined ? {} : { startedAt }) }
}

/** `'unknown'` for another machine or container: only time can tell. */
export function judgeHolder(holder: LockHolder | undefined): 'alive' | 'dead' | 'unknown' {
  if (holder === undefined || holder.host !== thisHost) return 'unknown'
  if (!isRunning(holder.pid)) return 'dead'
  if (holder.startedAt === undefined) return 'alive'
  return readStat(holder.pid)?.startedAt === holder.startedAt ? 'alive' : 'dead'
}

export function parseHolder(text: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('host' in value)) return undefined
    const { pid, host } = value
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || typeof host !== 'string') return undefined
    const startedAt = 'startedAt' in value && typeof value.startedAt === 'string' ? value.startedAt : undefined
    return { pid, host, ...(startedAt === undefined ? {} : { startedAt }) }
  } catch {
    return undefined
  }
}

const thisHost = [
  hostname(),
  attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  attempt(() => readlinkSync('/proc/self/ns/pid')),
].join(' ')

/** A process that has ended runs no more, though it keeps its number until its parent takes note, which some never do. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return readStat(pid)?.state !== 'Z'
}

/** Fields 3 and 22 of /proc/<pid>/stat (proc_pid_stat(5)). The second field is a name that may hold spaces and brackets. */
function readStat(pid: number): { state: string | undefined; startedAt: string | undefined } | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields && { state: fields[0], startedAt: fields[19] }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
