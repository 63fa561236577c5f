export { CHAIN_EVENTS_CHANNEL, type ChainEvent } from './chain-events.ts'
export type { ChainStatus, FailoverStore, LinkState, LinkStatus, MirrorStatus } from './chain-status.ts'
export type { FailoverOptions } from './failover-options.ts'
export { createFailoverStore } from './failover-store.ts'
