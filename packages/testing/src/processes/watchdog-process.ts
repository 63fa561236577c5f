import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { processTree, signalAll, waitUntilGone } from './process-tree.ts'
import type { WatchdogMessage } from './watchdog.ts'

const GRACE_MS = 5_000

const processes = new Map<number, NodeJS.Signals>()
const folders = new Set<string>()

for await (const line of createInterface({ input: process.stdin })) {
  const message = parse(line)
  if (message === undefined) continue
  if ('watch' in message && message.watch === 'process') processes.set(message.pid, message.signal)
  else if ('watch' in message) folders.add(message.path)
  else if (message.forget === 'process') processes.delete(message.pid)
  else folders.delete(message.path)
}

await Promise.all([...processes].map(([pid, signal]) => endTree(pid, signal)))
await Promise.all([...folders].map(path => rm(path, { recursive: true, force: true, maxRetries: 5 })))

async function endTree(root: number, signal: NodeJS.Signals): Promise<void> {
  const tree = processTree(root)
  signalAll(tree, 'SIGCONT')
  signalAll([root], signal)
  signalAll(await waitUntilGone(tree, GRACE_MS), 'SIGKILL')
}

/** Who is killed while writing leaves half a line, which must not keep us from what was said before. */
function parse(line: string): WatchdogMessage | undefined {
  try {
    return JSON.parse(line) as WatchdogMessage
  } catch {
    return undefined
  }
}
