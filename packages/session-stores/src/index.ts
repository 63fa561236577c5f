export * from './errors.ts'
export {
  CHAIN_EVENTS_CHANNEL,
  type ChainEvent,
  type ChainStatus,
  createFailoverStore,
  type FailoverOptions,
  type FailoverStore,
  type LinkState,
  type LinkStatus,
  type MirrorStatus,
} from './failover/index.ts'
export { createFileStore, type FileStoreOptions } from './file/index.ts'
export { createGuardedStore } from './guarded-store.ts'
export { createMemoryStore, type MemoryStoreOptions } from './memory/index.ts'
export {
  createNearCache,
  type NearCache,
  type NearCacheOptions,
  type NearCacheState,
  type NearCacheStatus,
} from './near-cache/index.ts'
export { createPostgresStore, postgresFeedSql, postgresSchemaSql, type PostgresClient, type PostgresStoreOptions } from './postgres/index.ts'
export { createPruner, type Pruner, type PrunerOptions } from './pruner.ts'
export {
  createStatisticsReader,
  type DatedStatistics,
  formatStatistics,
  type StatisticsReader,
  type StatisticsReaderOptions,
} from './statistics.ts'
export { createRedisStore, type RedisClient, type RedisStoreOptions } from './redis/index.ts'
export { changeOf, isSessionChanged } from './sealed/data-change.ts'
export type { OwnedSessions } from './sealed/owned-sessions.ts'
export type { PristineData } from './sealed/pristine-data.ts'
export { createSealedSessions, type SealedSessions, type SealedSessionsOptions } from './sealed/sealed-sessions.ts'
export type {
  LoadedSession,
  NewSession,
  OwnedSession,
  RewrapOutcome,
  SaveOutcome,
  SessionChange,
  SessionMeta,
  WrittenData,
} from './sealed/session.ts'
export { type JsonValue, type SessionData, toJsonText } from './sealed/session-data.ts'
export { toStoreKey } from './store-key.ts'
export type {
  ChangeFeed,
  ChangeListener,
  PutExpectation,
  PutOutcome,
  SessionRecord,
  SessionStore,
  StoreCapabilities,
  StoredSession,
  StoreKey,
  StoreStatistics,
  Version,
} from './store.ts'
