export { startPostgres } from './postgres-server.ts'
export type { PostgresDatabase, PostgresServer } from './postgres-server.ts'
export type { PostgresOptions } from './postgres-options.ts'
