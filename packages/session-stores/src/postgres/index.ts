export type { PostgresClient, PostgresQuery } from './postgres-driver.ts'
export type { PostgresStoreOptions } from './postgres-options.ts'
export { postgresSchemaSql } from './postgres-schema.ts'
export { createPostgresStore } from './postgres-store.ts'
