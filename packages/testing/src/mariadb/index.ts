export { startMariadb } from './mariadb-server.ts'
export type { MariadbDatabase, MariadbOptions, MariadbServer } from './mariadb-server.ts'
