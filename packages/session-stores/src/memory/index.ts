export type { MemoryStoreOptions } from './memory-options.ts'
export { createMemoryStore } from './memory-store.ts'
