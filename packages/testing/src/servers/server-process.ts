import { setTimeout as sleep } from 'node:timers/promises'
import { StartFailedError } from '../errors.ts'
import { findFreePort } from '../ports/free-port.ts'
import { startManagedProcess } from '../processes/managed-process.ts'
import type { ManagedProcess, ManagedProcessOptions } from '../processes/managed-process.ts'

/** How to run one kind of server. */
export interface ServerRecipe {
  /** For messages, e.g. `PostgreSQL`. */
  readonly name: string
  /** Undefined: a free one. */
  readonly port: number | undefined
  /** What to run for a port. */
  readonly processOn: (port: number) => ManagedProcessOptions
  /** What it reads from its standard input. Default: nothing. */
  readonly inputOn?: (port: number) => string
  /** The line that says that it takes connections. */
  readonly ready: RegExp
  /** The line that says that somebody else has the port. */
  readonly portTaken: RegExp
  readonly timeoutMs: number
  /** Ends it in order, and it keeps what it was given. */
  readonly endSignal: NodeJS.Signals
  /** Ends it when its data is thrown away. Default: `endSignal`. */
  readonly discardSignal?: NodeJS.Signals
  /** What must be done before each start. */
  readonly prepare?: () => Promise<void>
}

/** What each server of this package can do. */
export interface ServerProcess {
  readonly port: number
  /** Process number; another one after a restart. */
  readonly pid: number
  /** What it printed so far, over restarts. */
  readonly log: readonly string[]
  /** Ends it in order. */
  end(): Promise<void>
  /** Ends it without care for its data. */
  discard(): Promise<void>
  /** SIGKILL to all its processes, as a crash. `restart` brings it back. */
  kill(): Promise<void>
  /** Freezes all its processes: connections are accepted and never answered. */
  pause(): void
  resume(): void
  /** Ends it in order if it runs, and starts it again on the same port and data. */
  restart(): Promise<void>
}

const PORT_ATTEMPTS = 20

/**
 * Starts a server and waits until it is ready.
 *
 * @throws {StartFailedError} KEYTURN_TESTING_START_FAILED: not ready in time, or the port is taken; with its last lines.
 */
export async function startServerProcess(recipe: ServerRecipe): Promise<ServerProcess> {
  const { endSignal, discardSignal = endSignal, timeoutMs } = recipe
  const { port, running: first } = await startOnSomePort(recipe)
  let running = first
  const earlier: string[] = []

  return {
    port,
    get pid() { return running.pid },
    get log() { return [...earlier, ...running.output.lines] },
    async end() { await running.end({ signal: endSignal, timeoutMs }) },
    async discard() { await running.end({ signal: discardSignal, timeoutMs }) },
    async kill() {
      running.signalTree('SIGKILL')
      await running.end({ signal: 'SIGKILL', timeoutMs })
    },
    pause() { running.signalTree('SIGSTOP') },
    resume() { running.signalTree('SIGCONT') },
    async restart() {
      await running.end({ signal: endSignal, timeoutMs })
      earlier.push(...running.output.lines)
      running = await startOnSamePort(recipe, port)
    },
  }
}

async function startOnSomePort(recipe: ServerRecipe): Promise<{ port: number, running: ManagedProcess }> {
  for (let attempt = 1; ; attempt++) {
    const port = recipe.port ?? await findFreePort()
    const running = await startOnPort(recipe, port)
    if (running !== undefined) return { port, running }
    if (recipe.port !== undefined || attempt === PORT_ATTEMPTS) throw portTaken(recipe, port)
  }
}

/** A connection that is on its way out may hold the port for a moment. */
async function startOnSamePort(recipe: ServerRecipe, port: number): Promise<ManagedProcess> {
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt++) {
    const running = await startOnPort(recipe, port)
    if (running !== undefined) return running
    await sleep(250)
  }
  throw portTaken(recipe, port)
}

/** Resolves to undefined when somebody else listens on the port. */
async function startOnPort(recipe: ServerRecipe, port: number): Promise<ManagedProcess | undefined> {
  const { name, timeoutMs } = recipe
  await recipe.prepare?.()
  const running = await startManagedProcess(recipe.processOn(port))
  running.child.stdin?.end(recipe.inputOn?.(port) ?? '')
  try {
    await running.output.waitFor(recipe.ready, { timeoutMs })
    return running
  } catch (cause) {
    await running.end({ signal: recipe.discardSignal ?? recipe.endSignal, timeoutMs })
    if (running.output.lines.some(line => recipe.portTaken.test(line))) return undefined
    throw new StartFailedError(`${name} did not become ready within ${timeoutMs} ms. It printed:\n${running.output.lines.join('\n')}`, { cause })
  }
}

function portTaken({ name }: ServerRecipe, port: number): StartFailedError {
  return new StartFailedError(`port ${port} on 127.0.0.1 is taken: give ${name} another one, or leave it out for a free one`)
}
