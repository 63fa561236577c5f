export type { RedisClient, RedisNode } from './redis-driver.ts'
export type { RedisStoreOptions } from './redis-options.ts'
export { createRedisStore } from './redis-store.ts'
