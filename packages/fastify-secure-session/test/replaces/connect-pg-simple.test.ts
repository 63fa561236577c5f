import { createConnectPgSimpleReader } from '@keyturn/migration'
import { startPostgres } from '@keyturn/testing/postgres'
import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import pg from 'pg'
import postgres from 'postgres'
import t from 'tap'
import { startOldExpress } from '../fixtures/replaced/old-express.ts'
import { replaceUnderLoad } from '../fixtures/replaced/replace-under-load.ts'

t.test('express-session with connect-pg-simple gives way to the plugin under load', async (t) => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const [before, after] = await Promise.all([server.createDatabase(), server.createDatabase()])
  const pool = new pg.Pool({ connectionString: before.url })
  const client = postgres(before.url, { onnotice: () => undefined })
  const PgStore = connectPgSimple(session)
  const old = await startOldExpress(new PgStore({ pool, createTableIfMissing: true, pruneSessionInterval: false }))
  t.teardown(async () => {
    await old.close()
    await Promise.all([pool.end(), client.end()])
  })
  const store = createConnectPgSimpleReader({ client })
  await replaceUnderLoad(t, { old, store, databaseUrl: after.url, sessions: 500, active: 250 })
})
