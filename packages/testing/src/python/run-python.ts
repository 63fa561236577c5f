import { findBinary } from '../binaries/find-binary.ts'
import { PythonFailedError } from '../errors.ts'
import { collectText } from '../processes/collect-text.ts'
import { startManagedProcess } from '../processes/managed-process.ts'
import { pythonRole } from './python-binary.ts'

export interface RunPythonOptions {
  /** What the script reads from `sys.stdin`. Default: nothing. */
  readonly input?: string | Uint8Array
  /** `sys.argv[1:]`. */
  readonly args?: readonly string[]
  /** Milliseconds. Default: 30 000. */
  readonly timeoutMs?: number
}

/**
 * Runs a script on a Python 3 that has the package `cryptography`.
 *
 * @param script - The program's text.
 * @returns what it printed to standard output, without the last end of line.
 * @throws {PythonFailedError} KEYTURN_TESTING_PYTHON_FAILED: it ended with another code than 0; with what it wrote to standard error.
 * @throws {WaitFailedError} KEYTURN_TESTING_WAIT_FAILED: it still ran when the time was up; it was ended.
 * @throws {BinaryMissingError} KEYTURN_TESTING_BINARY_MISSING: no such Python was found or could be fetched.
 */
export async function runPython(script: string, { input = '', args = [], timeoutMs = 30_000 }: RunPythonOptions = {}): Promise<string> {
  const binary = await findBinary(pythonRole)
  const running = await startManagedProcess({
    command: binary.command,
    args: [...binary.args, '-c', script, ...args],
    env: { ...process.env, ...binary.env },
    endSignal: 'SIGKILL',
  })
  const [printed, errors] = [collectText(running.child.stdout), collectText(running.child.stderr)]
  running.child.stdin?.end(input)
  try {
    const { code, signal } = await running.waitForExit({ timeoutMs })
    if (code !== 0) throw new PythonFailedError(`the script ended with ${signal ?? `code ${code}`}:\n${errors()}`)
    return printed().replace(/\r?\n$/, '')
  } finally {
    await running.end({ signal: 'SIGKILL', timeoutMs: 10_000 })
  }
}
