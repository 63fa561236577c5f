export type { FileStoreOptions } from './file-options.ts'
export { createFileStore } from './file-store.ts'
