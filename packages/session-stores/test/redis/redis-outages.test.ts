import { startRedis } from '@keyturn/testing/redis'
import t from 'tap'
import { createRedisStore } from '../../src/index.ts'
import { testOutages } from '../fixtures/outages.ts'

const server = await startRedis({ password: 'a-password-of-redis' })
t.teardown(() => server.stop())

testOutages({
  t,
  server,
  open({ timeoutMs, port = server.port }) {
    return createRedisStore({ connection: { host: server.host, port, password: server.password }, timeoutMs })
  },
})
