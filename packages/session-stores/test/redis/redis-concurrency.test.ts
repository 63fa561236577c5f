import { startRedis } from '@keyturn/testing/redis'
import t from 'tap'
import { createRedisStore, type SessionStore } from '../../src/index.ts'
import { testManyWriters, testRevocation } from '../fixtures/concurrency.ts'

const server = await startRedis()
t.teardown(() => server.stop())
// No outage is looked for here: a busy machine must not look like one.
const open = (): SessionStore => createRedisStore({ url: server.url, timeoutMs: 60_000 })

t.test('sixty-four clients that change one session at once lose no change', (t) => testManyWriters(t, open))

t.test('no session survives that was signed in to before all were ended', (t) => testRevocation(t, open))
