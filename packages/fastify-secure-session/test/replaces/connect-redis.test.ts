import { createConnectRedisReader } from '@keyturn/migration'
import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import { RedisStore } from 'connect-redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import t from 'tap'
import { startOldExpress } from '../fixtures/replaced/old-express.ts'
import { replaceUnderLoad } from '../fixtures/replaced/replace-under-load.ts'

t.test('express-session with connect-redis gives way to the plugin under load: 10 000 sessions, nobody is logged out', async (t) => {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  t.teardown(() => Promise.all([redis.stop(), postgres.stop()]))
  const client = createClient({ url: redis.url })
  await client.connect()
  const reader = new Redis(redis.url)
  const old = await startOldExpress(new RedisStore({ client }))
  await replaceUnderLoad(t, {
    old,
    store: createConnectRedisReader({ client: reader }),
    databaseUrl: postgres.url,
    sessions: 10_000,
    active: 1000,
  })
  t.teardown(async () => {
    await old.close()
    await client.close()
    reader.disconnect()
  })
})
