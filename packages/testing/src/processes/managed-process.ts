import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { WaitFailedError } from '../errors.ts'
import { letStreamGo } from './let-stream-go.ts'
import { collectLines } from './output-lines.ts'
import type { OutputLines } from './output-lines.ts'
import { processTree, signalAll, waitUntilGone } from './process-tree.ts'
import { watchdog } from './watchdog.ts'

export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ManagedProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  /** The whole environment. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly uid?: number
  readonly gid?: number
  /** Open file that it reads. Default: a pipe, `child.stdin`. */
  readonly inputFile?: number
  /** Opens a channel for `send` and `message` events. Default: no channel. */
  readonly channel?: 'ipc'
  /** What the watchdog sends when this process ends first. Default: SIGTERM. */
  readonly endSignal?: NodeJS.Signals
}

/** A process that never holds up the end of this one and never outlives it. */
export interface ManagedProcess {
  readonly child: ChildProcess
  readonly pid: number
  readonly output: OutputLines
  /** Undefined while it runs. */
  readonly exit: ProcessExit | undefined
  /** @throws {WaitFailedError} KEYTURN_TESTING_WAIT_FAILED: it still runs when the time is up. */
  waitForExit(options: { readonly timeoutMs: number }): Promise<ProcessExit>
  /** Sends a signal to the process and all below it. */
  signalTree(signal: NodeJS.Signals): void
  /** Sends `signal` to the process, SIGKILL to all that is left of its tree after `timeoutMs`, and waits for the end. */
  end(options: { readonly signal: NodeJS.Signals, readonly timeoutMs: number }): Promise<ProcessExit>
}

/**
 * Starts a program.
 *
 * @throws the system's error (`ENOENT`, `EACCES`) when it cannot be started.
 */
export async function startManagedProcess(options: ManagedProcessOptions): Promise<ManagedProcess> {
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: options.env,
    uid: options.uid,
    gid: options.gid,
    // Its own process group, so that Ctrl-C in the terminal reaches us and we end it in order.
    detached: true,
    stdio: [options.inputFile ?? 'pipe', 'pipe', 'pipe', ...(options.channel === undefined ? [] : [options.channel])],
  })
  const { pid } = child
  if (pid === undefined) throw await new Promise(resolve => child.once('error', resolve))
  watchdog.watchProcess(pid, options.endSignal ?? 'SIGTERM')
  letGo(child)
  // A program that closes its input early is no failure of ours.
  child.stdin?.on('error', () => {})

  const output = collectLines([child.stdout, child.stderr].filter((stream): stream is Readable => stream !== null))
  const exited = new Promise<ProcessExit>(resolve => {
    child.once('exit', () => watchdog.forgetProcess(pid))
    child.once('close', (code, signal) => {
      output.close(`the process ended with ${signal ?? `code ${code}`}`)
      resolve({ code, signal })
    })
  })
  let exit: ProcessExit | undefined
  void exited.then(result => { exit = result })

  async function waitForExit({ timeoutMs }: { timeoutMs: number }): Promise<ProcessExit> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new WaitFailedError(`process ${pid} still runs after ${timeoutMs} ms`)), timeoutMs)
    return Promise.race([exited, promise]).finally(() => clearTimeout(timer))
  }

  return {
    child,
    pid,
    output,
    get exit() { return exit },
    waitForExit,
    signalTree(signal) {
      if (exit !== undefined) return
      // The root first: once it stands still, or is gone, it makes no more children that the list would miss.
      const tree = new Set(processTree(pid))
      signalAll([pid], signal)
      for (const late of processTree(pid)) tree.add(late)
      tree.delete(pid)
      signalAll(tree, signal)
    },
    async end({ signal, timeoutMs }) {
      if (exit !== undefined) return exit
      const tree = processTree(pid)
      signalAll(tree, 'SIGCONT')
      signalAll([pid], signal)
      signalAll(await waitUntilGone(tree, timeoutMs), 'SIGKILL')
      await waitUntilGone(tree, timeoutMs)
      return waitForExit({ timeoutMs: 10_000 })
    },
  }
}

/** Neither the child nor its pipes keep our event loop alive; each wait has a timer that does. */
function letGo(child: ChildProcess): void {
  child.unref()
  child.channel?.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (stream !== null) letStreamGo(stream)
  }
}
