import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Binary, BinaryRole, Environment } from './binary-role.ts'

const PROBE_TIMEOUT_MS = 30_000

/** Runs the program once. Resolves to undefined when it works, else to what is wrong with it. */
export async function probeBinary(role: BinaryRole, binary: Binary, env: Environment): Promise<string | undefined> {
  try {
    const running = promisify(execFile)(binary.command, [...binary.args, ...role.probe.args], {
      env: { ...env, ...binary.env },
      timeout: PROBE_TIMEOUT_MS,
    })
    const { stdout, stderr } = await running.catch((error: unknown) => expectCode(error, role.probe.code))
    if (role.probe.prints.test(stdout + stderr)) return undefined
    return `${binary.command} printed something else than ${role.probe.prints}`
  } catch (error) {
    return `${binary.command} does not run: ${firstLine(error)}`
  }
}

/** Some programs end with another code than 0 after they told their version. */
function expectCode(error: unknown, code: number | undefined): { stdout: string, stderr: string } {
  if (code === undefined || (error as { code?: unknown }).code !== code) throw error
  return error as { stdout: string, stderr: string }
}

export function firstLine(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
  const text = stderr === '' ? String(error instanceof Error ? error.message : error) : stderr
  return text.split('\n', 1)[0] ?? ''
}
