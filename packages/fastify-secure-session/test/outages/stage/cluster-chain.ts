import { createFailoverStore } from '@keyturn/session-stores/failover'
import { createPostgresStore } from '@keyturn/session-stores/postgres'
import { createRedisStore } from '@keyturn/session-stores/redis'
import type { SessionStore } from '@keyturn/session-stores'

/** The plugin's options know one Redis; an application with a Cluster makes the chain itself, as here. `undefined` elsewhere. */
export function openClusterChain({ OUTAGE_CLUSTER_PORTS: ports, DATABASE_URL: url = '' }: NodeJS.ProcessEnv): SessionStore | undefined {
  if (ports === undefined) return undefined
  const nodes = ports.split(',').map((port) => ({ host: '127.0.0.1', port: Number(port) }))
  return createFailoverStore([createRedisStore({ nodes, timeoutMs: 1000 }), createPostgresStore({ url, timeoutMs: 1000 })])
}
