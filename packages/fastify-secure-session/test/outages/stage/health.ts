import { setTimeout as sleep } from 'node:timers/promises'
import type { AppServer } from './app-servers.ts'

const LIMIT_MS = 60_000

/** Milliseconds until every instance says that nothing is amiss. Rejects after a minute. */
export async function whenHealthy(servers: readonly AppServer[]): Promise<number> {
  const from = performance.now()
  for (;;) {
    const states = await Promise.all(servers.map((server) => readHealth(server).catch(() => ({ status: 'no answer' }))))
    if (states.every(isWell)) return performance.now() - from
    if (performance.now() - from > LIMIT_MS) throw new Error(`not well after ${LIMIT_MS} ms: ${JSON.stringify(states)}`)
    await sleep(50)
  }
}

interface Health {
  readonly status: string
  readonly chain?: { readonly degraded: boolean; readonly mirror: { readonly pending: number } }
}

async function readHealth(server: AppServer): Promise<Health> {
  const response = await fetch(`${server.origin}/health`, { signal: AbortSignal.timeout(5_000) })
  return (await response.json()) as Health
}

function isWell({ status, chain }: Health): boolean {
  return status === 'ok' && chain?.degraded !== true
}
