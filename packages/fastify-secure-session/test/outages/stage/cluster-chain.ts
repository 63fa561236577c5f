import { createRedisStore } from '@keyturn/session-stores/redis'
import type { SessionStore } from '@keyturn/session-stores'

/** The plugin's options know one Redis; an application with a Cluster makes the store itself. `undefined` elsewhere. */
export function openClusterChain({ OUTAGE_CLUSTER_PORTS: ports }: NodeJS.ProcessEnv): SessionStore | undefined {
  if (ports === undefined) return undefined
  return createRedisStore({ nodes: ports.split(',').map((port) => ({ host: '127.0.0.1', port: Number(port) })) })
}
