export * from './errors.ts'
export type { BulkOptions } from './bulk/bulk-options.ts'
export { type BulkProgress, PROGRESS_CHANNEL } from './bulk/progress.ts'
export type { BulkReport, LeftItem, Outcome } from './report.ts'
