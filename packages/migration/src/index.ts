export * from './errors.ts'
export type { BulkOptions, ResumableRunOptions, SessionRunOptions } from './bulk/bulk-options.ts'
export type { BulkProgress } from './bulk/bulk-progress.ts'
export { PROGRESS_CHANNEL } from './bulk/progress.ts'
export { reencryptColumn, type ReencryptColumnOptions, type ReencryptColumnReport } from './bulk/reencrypt-column.ts'
export type { ColumnFormat, ColumnKind, ColumnValue, OpenedValue, PlainValue } from './column/column-format.ts'
export type { ColumnJobOptions } from './column/column-job-options.ts'
export { type ColumnKey, columnRow } from './column/column-place.ts'
export { createFernetFormat, type FernetFormatOptions } from './column/fernet-format.ts'
export { createSealedFormat, type SealedFormatOptions } from './column/sealed-format.ts'
export { migrationSchemaSql } from './postgres/journal-schema.ts'
export type { PostgresClient } from './postgres/postgres-client.ts'
export type { BulkReport, LeftItem, Outcome, SessionReport } from './report.ts'
export { countKeyUsage, type KeyUsage, type KeyUsageOptions, type PlaceUsage, type RegisteredColumn } from './audit/key-usage.ts'
export {
  clearUnreadable,
  type ClearUnreadableOptions,
  type ClearUnreadableReport,
  type UnreadableReason,
} from './bulk/clear-unreadable.ts'
export type { ClearedValue, ClearedValuesListener } from './bulk/cleared-export.ts'
export { createMigratingStore, type MigratingStore, type MigratingStoreOptions, type StorePhase } from './live/migrating-store.ts'
export type { MigrationSwitch } from './live/migration-switch.ts'
export { copySessions, type CopySessionsOptions } from './bulk/copy-sessions.ts'
export { importSessions, type ImportSessionsOptions } from './bulk/import-sessions.ts'
export { rewrapSessions, type RewrapSessionsOptions } from './bulk/rewrap-sessions.ts'
export { createConnectPgSimpleReader, type ConnectPgSimpleOptions } from './legacy/connect-pg-simple.ts'
export { createConnectRedisReader, type ConnectRedisOptions, type RedisClient } from './legacy/connect-redis.ts'
export { type JsonFileOptions, readJsonFile } from './legacy/json-file.ts'
export { createJsonFileStore } from './legacy/json-file-store.ts'
export type { LegacySession, LegacyStore } from './legacy/legacy-store.ts'
export { createMemoryReader, type MemorySessions, type MemorySessionsOptions } from './legacy/memory-sessions.ts'
export { createMysqlReader, type MysqlClient, type MysqlSessionsOptions } from './legacy/mysql-sessions.ts'
export { createSqliteReader, type SqliteDatabase, type SqliteSessionsOptions } from './legacy/sqlite-sessions.ts'
export { createLegacyBridge, type LegacyBridge, type LegacyBridgeOptions } from './live/legacy-bridge.ts'
export type { LegacyPhase } from './live/legacy-phase.ts'
export type { LegacyCookieOptions } from './live/legacy-cookies.ts'
export {
  type GitHistoryOptions,
  type GitHistoryReport,
  inspectGitHistory,
  type PersonalDataCommit,
} from './audit/git-history.ts'
