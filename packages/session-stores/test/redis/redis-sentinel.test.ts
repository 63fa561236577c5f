import { startRedisSentinel } from '@keyturn/testing/redis'
import t, { test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { createRedisStore } from '../../src/index.ts'
import { createStoreFactory } from '../fixtures/store-factory.ts'
import { writeThroughFailover } from './fixtures/failover.ts'

const group = await startRedisSentinel({ password: 'sentinel-group-password' })
t.teardown(() => group.stop())
const sentinels = group.sentinels.map(({ host, port }) => ({ host, port }))
const open = (prefix: string): ReturnType<typeof createRedisStore> =>
  createRedisStore({ connection: { name: group.name, sentinels, password: group.password }, prefix })

testConformance({ test, ...createStoreFactory(open) })

t.test('a failover in the middle of writing tears no session and hangs no request', async (t) => {
  await writeThroughFailover(t, open('failover:'), () => group.failOver())
})

testConformance({ test: (name, body) => test(`after a failover: ${name}`, body), ...createStoreFactory(open) })
