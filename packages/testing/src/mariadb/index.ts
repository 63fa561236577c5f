export { startMariadb } from './mariadb-server.ts'
export type { MariadbOptions, MariadbServer } from './mariadb-server.ts'
export type { RunningServer } from '../servers/running-server.ts'
export type { TestDatabase } from '../servers/test-database.ts'
