import { type NodeProcess, spawnNode } from '@keyturn/testing/processes'

const SCRIPT = new URL('../fixtures/app-server.ts', import.meta.url)

/** One instance of the application, a process of its own. */
export interface AppServer {
  readonly origin: string
  readonly running: boolean
  /** When it was killed last, in `performance.now()`; before that `-Infinity`. */
  readonly killedAt: number
  /** What it logged. */
  readonly lines: readonly string[]
  /** SIGKILL. */
  kill(): Promise<void>
  /** Starts it again, on another port. */
  start(): Promise<void>
  stop(): Promise<void>
}

export async function startAppServer(env: Readonly<Record<string, string | undefined>>): Promise<AppServer> {
  let child: NodeProcess
  let origin = ''
  let running = false
  let killedAt = Number.NEGATIVE_INFINITY

  async function start(): Promise<void> {
    child = await spawnNode(SCRIPT, { env: { NODE_ENV: 'test', ...env } })
    ;[, origin = ''] = await child.waitForLine(/^listening (.*)$/)
    running = true
  }
  await start()
  return {
    get origin() {
      return origin
    },
    get running() {
      return running
    },
    get killedAt() {
      return killedAt
    },
    get lines() {
      return child.lines
    },
    async kill() {
      running = false
      killedAt = performance.now()
      await child.kill('SIGKILL')
    },
    start,
    async stop() {
      running = false
      await child.kill('SIGTERM')
    },
  }
}
