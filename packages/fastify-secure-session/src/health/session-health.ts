import type { SecretManager, SecretStatus } from '@keyturn/secret-providers'
import type { SessionStore } from '@keyturn/session-stores'
import type { ChainStatus } from '@keyturn/session-stores/failover'
import type { NearCache, NearCacheStatus } from '@keyturn/session-stores/near-cache'
import { asChain } from '../chain/as-chain.ts'

export interface StoreHealth {
  readonly name: string
  readonly durable: boolean
  readonly shared: boolean
  readonly reachable: boolean
  /** Time of one ping in milliseconds; absent where the store did not answer. */
  readonly latencyMs?: number
}

/** Whether sessions work right now, and on what; nothing secret in it. */
export interface SessionHealth {
  readonly status: 'ok' | 'unavailable'
  readonly secret: SecretStatus
  readonly store: StoreHealth
  /** Which store serves and how the others are; absent where there is one store alone. */
  readonly chain?: ChainStatus
  /** Absent without the option `nearCache`. */
  readonly nearCache?: NearCacheStatus
}

export async function readHealth(manager: SecretManager, store: SessionStore, nearCache?: NearCache): Promise<SessionHealth> {
  const storeHealth = await ping(store)
  const chain = asChain(store)?.status()
  return {
    status: storeHealth.reachable ? 'ok' : 'unavailable',
    secret: manager.status(),
    store: storeHealth,
    ...(chain === undefined ? {} : { chain }),
    ...(nearCache === undefined ? {} : { nearCache: nearCache.cacheStatus() }),
  }
}

async function ping(store: SessionStore): Promise<StoreHealth> {
  const { name } = store
  const { durable, shared } = store.supports
  const startedAt = performance.now()
  try {
    await store.ping()
    return { name, durable, shared, reachable: true, latencyMs: performance.now() - startedAt }
  } catch {
    return { name, durable, shared, reachable: false }
  }
}
