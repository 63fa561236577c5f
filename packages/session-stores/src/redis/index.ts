export type { RedisClient, RedisNode } from './redis-client.ts'
export type { RedisStoreOptions } from './redis-options.ts'
export { createRedisStore } from './redis-store.ts'
