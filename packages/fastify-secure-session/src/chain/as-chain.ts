import type { SessionStore } from '@keyturn/session-stores'
import type { FailoverStore } from '@keyturn/session-stores/failover'

/** The store, where it is a chain of several; also one that the application made. */
export function asChain(store: SessionStore): FailoverStore | undefined {
  return isChain(store) ? store : undefined
}

function isChain(store: SessionStore): store is FailoverStore {
  return 'status' in store && typeof store.status === 'function'
}
