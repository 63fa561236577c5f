export * from './errors.ts'
export type { BulkOptions } from './bulk/bulk-options.ts'
export { type BulkProgress, PROGRESS_CHANNEL } from './bulk/progress.ts'
export { reencryptColumn, type ReencryptColumnOptions, type ReencryptColumnReport } from './bulk/reencrypt-column.ts'
export type { ColumnFormat, ColumnKind, ColumnValue, OpenedValue, PlainValue } from './column/column-format.ts'
export type { ColumnJobOptions } from './column/column-job-options.ts'
export { type ColumnKey, columnRow } from './column/column-place.ts'
export { createFernetFormat, type FernetFormatOptions } from './column/fernet-format.ts'
export { createSealedFormat, type SealedFormatOptions } from './column/sealed-format.ts'
export { migrationSchemaSql } from './postgres/journal-schema.ts'
export type { PostgresClient } from './postgres/postgres-client.ts'
export type { BulkReport, LeftItem, Outcome } from './report.ts'
export { countKeyUsage, type KeyUsage, type KeyUsageOptions, type PlaceUsage, type RegisteredColumn } from './audit/key-usage.ts'
export {
  clearUnreadable,
  type ClearUnreadableOptions,
  type ClearUnreadableReport,
  type UnreadableReason,
} from './bulk/clear-unreadable.ts'
export { createMigratingStore, type MigratingStore, type MigratingStoreOptions, type StorePhase } from './live/migrating-store.ts'
export type { MigrationSwitch } from './live/migration-switch.ts'
