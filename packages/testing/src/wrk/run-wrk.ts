import { findBinary } from '../binaries/find-binary.ts'
import { WrkFailedError } from '../errors.ts'
import { collectText } from '../processes/collect-text.ts'
import { startManagedProcess } from '../processes/managed-process.ts'
import { wrkRole } from './wrk-binary.ts'

export interface RunWrkOptions {
  /** Only a server of this machine. */
  readonly url: string
  /** Path of a Lua script that makes requests, and prints in `done` what is to be known. */
  readonly script: string
  /** What the script's `init` gets. */
  readonly args?: readonly string[]
  readonly connections: number
  /** Whole seconds. */
  readonly seconds: number
}

/** More than the slowest answer takes. */
const GRACE_MS = 30_000
const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Runs wrk with one thread.
 *
 * @returns what it printed.
 * @throws {TypeError} `url` is not of this machine.
 * @throws {WrkFailedError} KEYTURN_TESTING_WRK_FAILED: it ended with another code than 0; with what it wrote to standard error.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: wrk was not found and could not be fetched.
 * @see https://github.com/wg/wrk/blob/master/SCRIPTING
 */
export async function runWrk({ url, script, args = [], connections, seconds }: RunWrkOptions): Promise<string> {
  if (!LOCAL.has(new URL(url).hostname)) throw new TypeError('runWrk: url must be of this machine')
  const binary = await findBinary(wrkRole)
  const running = await startManagedProcess({
    command: binary.command,
    args: [...binary.args, '-t', '1', '-c', `${connections}`, '-d', `${seconds}s`, '--timeout', '30s', '-s', script, url, '--', ...args],
    env: { ...process.env, ...binary.env },
    endSignal: 'SIGKILL',
  })
  const [printed, errors] = [collectText(running.child.stdout), collectText(running.child.stderr)]
  running.child.stdin?.end()
  try {
    const { code, signal } = await running.waitForExit({ timeoutMs: seconds * 1000 + GRACE_MS })
    if (code !== 0) throw new WrkFailedError(`wrk ended with ${signal ?? `code ${code}`}:\n${errors()}${printed()}`)
    return printed()
  } finally {
    await running.end({ signal: 'SIGKILL', timeoutMs: 10_000 })
  }
}
