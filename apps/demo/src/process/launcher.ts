import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const LOOK_AGAIN_MS = 500
const LAUNCHER = /(^|[\s/])(npm|npx|npx-cli\.js|npm-cli\.js|pnpm)(\s|$)/
const SHELL = /^(\S*\/)?(ba|da|z)?sh -c /

interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/**
 * Calls back once when a process between us and the package manager that was typed is gone. A signal to `npx` ends it
 * and its shell, but reaches nobody below: the demo would go on, with nobody to end it.
 */
export function watchLauncher(onGone: () => void): void {
  const launchers = findLaunchers(process.ppid, readEntry)
  if (launchers.length === 0) return
  const timer = setInterval(() => {
    if (launchers.every(isThere)) return
    clearInterval(timer)
    onGone()
  }, LOOK_AGAIN_MS)
  timer.unref()
}

/** Ancestors from `pid` up to the topmost package manager; what that one was started by may come and go. */
export function findLaunchers(pid: number, read: (pid: number) => ProcessEntry | undefined): number[] {
  const chain: number[] = []
  let upToManager = 0
  for (let entry = read(pid); entry !== undefined && entry.pid > 1; entry = read(entry.parent)) {
    const isManager = LAUNCHER.test(entry.command)
    if (!isManager && !SHELL.test(entry.command)) break
    chain.push(entry.pid)
    if (isManager) upToManager = chain.length
  }
  return chain.slice(0, upToManager)
}

function readEntry(pid: number): ProcessEntry | undefined {
  try {
    return process.platform === 'linux' ? readProc(pid) : readPs(pid)
  } catch {
    return undefined
  }
}

function readProc(pid: number): ProcessEntry {
  const [, parent] = readStat(pid)
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  return { pid, parent: Number(parent), command }
}

/** State, parent and what follows them, of Linux. */
function readStat(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name stands in parentheses and may hold spaces and parentheses itself.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function readPs(pid: number): ProcessEntry {
  const [, parent, command = ''] = /^\s*(\d+)\s+(.*)$/s.exec(execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' })) ?? []
  return { pid, parent: Number(parent), command }
}

/** One that has ended keeps its number until its parent takes note, which the first process of a container may never do. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    return process.platform !== 'linux' || readStat(pid)[0] !== 'Z'
  } catch {
    return false
  }
}
