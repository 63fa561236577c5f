import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { letStreamGo } from './let-stream-go.ts'

/** What the watchdog process is told, one JSON text a line. */
export type WatchdogMessage =
  | { readonly watch: 'process', readonly pid: number, readonly signal: NodeJS.Signals }
  | { readonly forget: 'process', readonly pid: number }
  | { readonly watch: 'folder', readonly path: string }
  | { readonly forget: 'folder', readonly path: string }

export interface Watchdog {
  /** Ends the process, and all below it, when this process ends: `signal` first, SIGKILL for what is left. */
  watchProcess(pid: number, signal: NodeJS.Signals): void
  forgetProcess(pid: number): void
  /** Removes the folder when this process ends, after the processes. */
  watchFolder(path: string): void
  forgetFolder(path: string): void
}

let pipe: Writable | undefined

/**
 * A second process that outlives this one. It reads a pipe whose other end only we hold: at its end we are gone, be it
 * by SIGKILL, and it ends what we started. Started with the first thing to watch.
 */
export const watchdog: Watchdog = {
  watchProcess: (pid, signal) => tell({ watch: 'process', pid, signal }),
  forgetProcess: pid => tell({ forget: 'process', pid }),
  watchFolder: path => tell({ watch: 'folder', path }),
  forgetFolder: path => tell({ forget: 'folder', path }),
}

function tell(message: WatchdogMessage): void {
  pipe ??= startWatchdog()
  pipe.write(`${JSON.stringify(message)}\n`)
}

function startWatchdog(): Writable {
  const script = fileURLToPath(new URL('./watchdog-process.ts', import.meta.url))
  // A session of its own: Ctrl-C in the terminal, or a runner that kills our process group, must not reach it.
  const child = spawn(process.execPath, [script], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: process.env['PATH'] },
  })
  child.unref()
  letStreamGo(child.stdin)
  // Whoever ends the watchdog has decided against its service; that is no failure of the test.
  child.stdin.on('error', () => {})
  return child.stdin
}
