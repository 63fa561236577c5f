export { createNearCache, type NearCache } from './near-cache.ts'
export type { NearCacheOptions } from './near-cache-options.ts'
export type { NearCacheState, NearCacheStatus } from './near-cache-status.ts'
