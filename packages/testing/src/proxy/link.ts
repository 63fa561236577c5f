import type { Socket } from 'node:net'
import { createPump } from './pump.ts'
import type { Flow, Pump } from './pump.ts'

/** The state of the line; read anew whenever something is to be passed on. */
export interface Conditions {
  readonly delayMs: number
  /** What the client sends. */
  readonly requests: Flow
  /** What the server behind sends. */
  readonly replies: Flow
}

/** One client's connection through the proxy. */
export interface Link {
  /** The conditions have changed. */
  update(): void
  /** Breaks both sides with a reset. */
  reset(): void
}

/**
 * Joins a client with the server behind.
 *
 * @param dial - Called once, as soon as requests may pass.
 */
export function createLink(client: Socket, dial: () => Socket, conditions: Conditions): Link {
  let server: Socket | undefined
  let pumps: readonly Pump[] = []
  client.pause()
  client.on('error', () => reset())
  client.on('close', () => server?.destroy())

  function reset(): void {
    client.resetAndDestroy()
    server?.resetAndDestroy()
  }

  function update(): void {
    if (server === undefined && conditions.requests === 'flow' && !client.destroyed) join()
    for (const pump of pumps) pump.update()
  }

  function join(): void {
    const behind = dial()
    server = behind
    behind.on('error', () => reset())
    behind.on('close', () => { if (!client.writableEnded) client.destroySoon() })
    pumps = [
      createPump(client, behind, () => ({ delayMs: conditions.delayMs, flow: conditions.requests })),
      createPump(behind, client, () => ({ delayMs: conditions.delayMs, flow: conditions.replies })),
    ]
  }

  update()
  return { update, reset }
}
