import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ServerMessage } from './messages.ts'

const SCRIPT = fileURLToPath(new URL('../server.ts', import.meta.url))
const END_TIMEOUT_MS = 10_000

/** The server could not be started; the message is for the terminal. */
class ServerFailedError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'ServerFailedError'
    this.code = code
  }
}

/** The process that answers the browser. When it asks for it, it is ended and another one takes its place. */
export interface ServerProcess {
  /** Where it listens; a restart keeps it, also where a free port was asked for. */
  readonly port: number
  /** Resolves when a process ended that nobody asked to end. */
  readonly crashed: Promise<void>
  stop(): Promise<void>
}

interface ServerProcessOptions {
  readonly env: Readonly<Record<string, string>>
  /** 0 takes a free one. */
  readonly port: number
  /** Gives up starting. */
  readonly signal: AbortSignal
}

/** @throws {ServerFailedError} It does not listen, with the system's or the plugin's code. */
export async function startServerProcess({ env, port, signal }: ServerProcessOptions): Promise<ServerProcess> {
  const { promise: crashed, resolve: reportCrash } = Promise.withResolvers<void>()
  const asked = new WeakSet<ChildProcess>()
  let stopping = false
  let restarting = Promise.resolve()
  let current = spawn(port)
  signal.addEventListener('abort', () => void end(current))
  const listeningOn = await listening(current)

  function spawn(wanted: number): ChildProcess {
    const child = fork(SCRIPT, { env: { ...process.env, ...env, PORT: String(wanted) } })
    child.once('exit', () => {
      if (!asked.has(child)) reportCrash()
    })
    child.on('message', (message) => {
      if ((message as ServerMessage).kind === 'restart') restarting = restarting.then(restart)
    })
    return child
  }

  async function restart(): Promise<void> {
    await end(current)
    if (stopping) return
    current = spawn(listeningOn)
    try {
      await listening(current)
    } catch (error) {
      console.error(error instanceof Error ? error.message : error)
      reportCrash()
    }
  }

  async function end(child: ChildProcess): Promise<void> {
    asked.add(child)
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS)
    await exited
    clearTimeout(timer)
  }

  return {
    port: listeningOn,
    crashed,
    async stop() {
      stopping = true
      await restarting
      await end(current)
    },
  }
}

async function listening(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const onMessage = (message: unknown): void => {
    const told = message as ServerMessage
    if (told.kind === 'listening') resolve(told.port)
    if (told.kind === 'failed') reject(new ServerFailedError(told.code, told.message))
  }
  const onExit = (code: number | null): void => reject(new ServerFailedError('EXIT', `The server ended with code ${code} before it listened.`))
  child.on('message', onMessage).once('exit', onExit)
  try {
    return await promise
  } finally {
    child.off('message', onMessage).off('exit', onExit)
  }
}
