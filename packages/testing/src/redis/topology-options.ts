import { resolveRedisOptions } from './redis-options.ts'
import type { ResolvedRedisOptions } from './redis-options.ts'

export interface TopologyOptions {
  /** Asked of every client of every data node. Default: none. */
  readonly password?: string
  /** Settings of every data node by name. */
  readonly parameters?: Readonly<Record<string, string | number>>
  /** Milliseconds for each step of the start and for a fail-over. Default: 30 000. */
  readonly startTimeoutMs?: number
}

export interface Failover<Node> {
  /** What was killed. `restart` brings it back, as a replica. */
  readonly failed: Node
  /** What serves in its place. */
  readonly promoted: Node
  /** Milliseconds from the kill until then. */
  readonly tookMs: number
}

/** @throws {TypeError} naming every option that is wrong. */
export function checkTopologyOptions(caller: string, { password, parameters, startTimeoutMs }: TopologyOptions): ResolvedRedisOptions {
  return resolveRedisOptions({
    ...(password === undefined ? {} : { password }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
  }, caller)
}
