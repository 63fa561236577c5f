export * from './errors.ts'
export { createGuardedStore } from './guarded-store.ts'
export { createMemoryStore, type MemoryStoreOptions } from './memory/index.ts'
export type {
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
