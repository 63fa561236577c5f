import type { Profiler } from 'node:inspector'
import { startProfile, stopProfile } from './profiler.ts'

/** What a server process has used so far. */
export interface ServerUsage {
  /** CPU time of the whole process, garbage collection included, in microseconds. */
  readonly cpuMicros: number
  readonly rssBytes: number
  /** JavaScript objects and buffers. */
  readonly heapBytes: number
}

/** `collect` is `usage` after all garbage is gone. */
export type Ask = 'usage' | 'collect' | 'rotate' | 'start-profile' | 'stop-profile'

export type Answer =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'usage'; readonly usage: ServerUsage }
  | { readonly kind: 'done' }
  | { readonly kind: 'profile'; readonly profile: Profiler.Profile }
  | { readonly kind: 'failed'; readonly message: string }

interface Controlled {
  readonly port: number
  readonly rotate?: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Reports that the server listens, then answers the harness until SIGTERM. */
export function control({ port, rotate, close }: Controlled): void {
  process.on('message', (ask: Ask) => {
    respond(ask, rotate).then(tell, (error: unknown) => tell({ kind: 'failed', message: String(error) }))
  })
  // An orderly end: a profile is written only by a process that exits by itself.
  process.on('SIGTERM', () => {
    close().then(() => process.exit(0), () => process.exit(1))
  })
  tell({ kind: 'ready', port })
}

function tell(answer: Answer): void {
  process.send?.(answer)
}

async function respond(ask: Ask, rotate: Controlled['rotate']): Promise<Answer> {
  switch (ask) {
    case 'rotate':
      if (rotate === undefined) throw new TypeError('This server has no secret that rotates')
      await rotate()
      return { kind: 'done' }
    case 'collect':
      await globalThis.gc?.({ type: 'major', execution: 'async' })
      return { kind: 'usage', usage: readUsage() }
    case 'usage':
      return { kind: 'usage', usage: readUsage() }
    case 'start-profile':
      await startProfile()
      return { kind: 'done' }
    case 'stop-profile':
      return { kind: 'profile', profile: await stopProfile() }
  }
}

function readUsage(): ServerUsage {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { cpuMicros: user + system, rssBytes: rss, heapBytes: heapUsed + external }
}
