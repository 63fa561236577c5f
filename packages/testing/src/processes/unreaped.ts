import { startManagedProcess } from './managed-process.ts'
import { waitUntilGone } from './process-tree.ts'

/** A process that has ended and still has its number, because its parent never asks how it ended. */
export interface UnreapedProcess {
  readonly pid: number
  /** Ends the parent, and with it the number. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What an orphan becomes in a container whose first process is a program that expects no children (wait(2), "zombie"; only Linux tells). */
export async function startUnreaped(): Promise<UnreapedProcess> {
  const parent = await startManagedProcess({ command: '/bin/sh', args: ['-c', 'sleep 0.2 & echo "child $!"; exec sleep 600'] })
  const [, text] = await parent.output.waitFor(/child (\d+)/, { timeoutMs: 10_000 })
  const pid = Number(text)
  await waitUntilGone([pid], 10_000)
  return {
    pid,
    async [Symbol.asyncDispose]() { await parent.end({ signal: 'SIGKILL', timeoutMs: 10_000 }) },
  }
}
