import { startRedisSentinel } from '@keyturn/testing/redis'
import t from 'tap'
import { createRedisStore, type SessionStore } from '../../src/index.ts'
import { testFailover } from './fixtures/failover-feed.ts'

const group = await startRedisSentinel({ password: 'sentinel-group-password' })
t.teardown(() => group.stop())
const sentinels = group.sentinels.map(({ host, port }) => ({ host, port }))
const connection = { name: group.name, sentinels, password: group.password }

t.test('the master tells, also the one that was the replica before', async (t) => {
  await testFailover(t, (): SessionStore => createRedisStore({ connection }), () => group.failOver())
})
