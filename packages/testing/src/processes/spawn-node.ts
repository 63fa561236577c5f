import { fileURLToPath } from 'node:url'
import { startManagedProcess } from './managed-process.ts'
import type { ProcessExit } from './managed-process.ts'
import { createMessageQueue } from './message-queue.ts'

export interface SpawnNodeOptions {
  /** Added to this process's environment; `undefined` takes a name away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Arguments of the script. */
  readonly args?: readonly string[]
  /** Further arguments of Node itself, before the script. */
  readonly nodeArgs?: readonly string[]
  readonly cwd?: string
}

export interface WaitOptions {
  /** Milliseconds. Default: 30 000. */
  readonly timeoutMs?: number
}

/** A Node process of a test. It ends at the latest with the test process, however that ends. */
export interface NodeProcess {
  readonly pid: number
  /** All lines so far, of standard output and errors together. */
  readonly lines: readonly string[]
  /** Undefined while it runs. */
  readonly exit: ProcessExit | undefined
  /**
   * Waits for a line that matches `pattern`, among those printed already or to come.
   *
   * @param options - `from`: index in `lines` of the first line that counts, default 0.
   * @throws {WaitFailedError} KEYTURN_TESTING_WAIT_FAILED: the time is up, or the process ended.
   */
  waitForLine(pattern: RegExp, options?: WaitOptions & { readonly from?: number }): Promise<RegExpExecArray>
  /** Sends a message to `process.on('message')` of the child. */
  send(message: unknown): void
  /**
   * The next message of the child's `process.send`, oldest first; each is given once.
   *
   * @throws {WaitFailedError} KEYTURN_TESTING_WAIT_FAILED: the time is up, or the process ended.
   */
  nextMessage(options?: WaitOptions): Promise<unknown>
  /** Writes to the child's standard input. */
  write(text: string): void
  /** Sends a signal without waiting, to the process alone. */
  signal(signal: NodeJS.Signals): void
  /** Sends `signal`, default SIGTERM, and waits for the end; SIGKILL after 10 s. */
  kill(signal?: NodeJS.Signals): Promise<ProcessExit>
  /** @throws {WaitFailedError} KEYTURN_TESTING_WAIT_FAILED: it still runs when the time is up. */
  waitForExit(options?: WaitOptions): Promise<ProcessExit>
  [Symbol.asyncDispose](): Promise<void>
}

const DEFAULT_TIMEOUT_MS = 30_000
const KILL_TIMEOUT_MS = 10_000

/**
 * Runs a script in a new Node process that takes the packages of this workspace from their sources.
 *
 * @param script - Path or `file:` URL; TypeScript is fine.
 */
export async function spawnNode(script: string | URL, options: SpawnNodeOptions = {}): Promise<NodeProcess> {
  const path = script instanceof URL || script.startsWith('file:') ? fileURLToPath(script) : script
  const running = await startManagedProcess({
    command: process.execPath,
    args: ['--conditions=@keyturn/source', ...(options.nodeArgs ?? []), path, ...(options.args ?? [])],
    // The test runner's own hooks stay out of the child.
    env: { ...process.env, NODE_OPTIONS: undefined, ...options.env },
    cwd: options.cwd,
    channel: 'ipc',
  })
  const { child, output } = running
  const messages = createMessageQueue()
  child.on('message', message => messages.add(message))
  child.once('close', (code, signal) => messages.close(`the process ended with ${signal ?? `code ${code}`}:\n${output.lines.join('\n')}`))

  return {
    pid: running.pid,
    lines: output.lines,
    get exit() { return running.exit },
    waitForLine: (pattern, { from = 0, timeoutMs = DEFAULT_TIMEOUT_MS } = {}) => output.waitFor(pattern, { from, timeoutMs }),
    send(message) { child.send(message as object) },
    nextMessage: ({ timeoutMs = DEFAULT_TIMEOUT_MS } = {}) => messages.next(timeoutMs),
    write(text) { child.stdin?.write(text) },
    signal(signal) { child.kill(signal) },
    kill: (signal = 'SIGTERM') => running.end({ signal, timeoutMs: KILL_TIMEOUT_MS }),
    waitForExit: ({ timeoutMs = DEFAULT_TIMEOUT_MS } = {}) => running.waitForExit({ timeoutMs }),
    async [Symbol.asyncDispose]() { await running.end({ signal: 'SIGKILL', timeoutMs: KILL_TIMEOUT_MS }) },
  }
}
