import { createMysqlReader } from '@keyturn/migration'
import { startMariadb } from '@keyturn/testing/mariadb'
import { startPostgres } from '@keyturn/testing/postgres'
import mysqlStore from 'express-mysql-session'
import session from 'express-session'
import mysql from 'mysql2/promise'
import t from 'tap'
import { startOldExpress } from '../fixtures/replaced/old-express.ts'
import { replaceUnderLoad } from '../fixtures/replaced/replace-under-load.ts'

t.test('express-session with express-mysql-session on MariaDB, as Flowise has it, gives way to the plugin under load', async (t) => {
  const [mariadb, postgres] = await Promise.all([startMariadb(), startPostgres()])
  t.teardown(() => Promise.all([mariadb.stop(), postgres.stop()]))
  const { url } = await mariadb.createDatabase()
  const [theirs, ours] = [mysql.createPool(url), mysql.createPool(url)]
  const MysqlStore = mysqlStore(session)
  const sessions = new MysqlStore({ clearExpired: false }, theirs)
  await sessions.onReady()
  const old = await startOldExpress(sessions)
  t.teardown(async () => {
    await old.close()
    await Promise.all([theirs.end(), ours.end()])
  })
  const store = createMysqlReader({ client: ours })
  await replaceUnderLoad(t, { old, store, databaseUrl: postgres.url, sessions: 500, active: 250 })
})
