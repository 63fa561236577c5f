import { setTimeout as sleep } from 'node:timers/promises'
import { StartFailedError } from '../errors.ts'
import { findFreePort } from '../ports/free-port.ts'
import { startManagedProcess } from '../processes/managed-process.ts'
import type { ManagedProcess } from '../processes/managed-process.ts'
import type { PostgresAccount } from './postgres-account.ts'
import { dataArgument } from './postgres-cluster.ts'
import { clearStaleLock } from './postgres-lock.ts'

export interface PostgresProcessOptions {
  readonly command: string
  readonly account: PostgresAccount
  readonly dataFolder: string
  /** Undefined: a free one. */
  readonly port: number | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** SIGINT ends at once and in order, SIGQUIT without writing anything more. */
  readonly endSignal: 'SIGINT' | 'SIGQUIT'
}

export interface PostgresProcess {
  readonly port: number
  readonly log: readonly string[]
  end(): Promise<void>
  kill(): Promise<void>
  pause(): void
  resume(): void
  restart(): Promise<void>
}

const PORT_TAKEN = /could not (bind|create any TCP)|Address already in use/
const PORT_ATTEMPTS = 20

export async function createPostgresProcess(options: PostgresProcessOptions): Promise<PostgresProcess> {
  const { endSignal, timeoutMs } = options
  let { port, running } = await startOnSomePort(options)
  const log = [...running.output.lines]

  return {
    port,
    get log() { return [...log, ...running.output.lines] },
    async end() { await running.end({ signal: endSignal, timeoutMs }) },
    async kill() {
      running.signalTree('SIGKILL')
      await running.end({ signal: 'SIGKILL', timeoutMs })
    },
    pause() { running.signalTree('SIGSTOP') },
    resume() { running.signalTree('SIGCONT') },
    async restart() {
      await running.end({ signal: 'SIGINT', timeoutMs })
      log.push(...running.output.lines)
      running = await startOnSamePort(options, port)
    },
  }
}

interface Started {
  readonly port: number
  readonly running: ManagedProcess
}

async function startOnSomePort(options: PostgresProcessOptions): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? await findFreePort()
    const running = await startOnPort(options, port)
    if (running !== undefined) return { port, running }
    if (options.port !== undefined || attempt === PORT_ATTEMPTS) throw portTaken(port)
  }
}

/** A connection that is on its way out may hold the port for a moment. */
async function startOnSamePort(options: PostgresProcessOptions, port: number): Promise<ManagedProcess> {
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt++) {
    const running = await startOnPort(options, port)
    if (running !== undefined) return running
    await sleep(250)
  }
  throw portTaken(port)
}

/** Resolves to undefined when somebody else listens on the port. */
async function startOnPort(options: PostgresProcessOptions, port: number): Promise<ManagedProcess | undefined> {
  const { account, dataFolder, timeoutMs } = options
  await clearStaleLock(dataFolder)
  const running = await startManagedProcess({
    command: options.command,
    args: ['-D', dataArgument(dataFolder), ...settings(options, port)],
    cwd: dataFolder,
    env: {},
    ...account,
    endSignal: options.endSignal,
  })
  try {
    await running.output.waitFor(/database system is ready to accept connections/, { timeoutMs })
    return running
  } catch (cause) {
    await running.end({ signal: 'SIGQUIT', timeoutMs })
    const printed = running.output.lines.join('\n')
    if (PORT_TAKEN.test(printed)) return undefined
    throw new StartFailedError(`PostgreSQL did not become ready within ${timeoutMs} ms. It printed:\n${printed}`, { cause })
  }
}

function settings({ parameters }: PostgresProcessOptions, port: number): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    // In the data folder rather than in /dev/shm, where a killed server would leave it behind.
    dynamic_shared_memory_type: 'mmap',
    ...parameters,
  }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function portTaken(port: number): StartFailedError {
  return new StartFailedError(`port ${port} on 127.0.0.1 is taken: choose another one, or leave it out for a free one`)
}
