import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import t from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { createFailoverStore, createMemoryStore, createPostgresStore, createRedisStore, type SessionStore } from '../../src/index.ts'
import { createStoreFactory } from '../fixtures/store-factory.ts'

const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
t.teardown(() => Promise.all([redis.stop(), postgres.stop()]))

/** Nobody listens there. */
const NOWHERE = 'redis://127.0.0.1:1'

function openChain(space: string, redisUrl: string): SessionStore {
  const links = [
    createRedisStore({ url: redisUrl, prefix: `${space}:` }),
    createPostgresStore({ url: postgres.url, table: space, maxConnections: 3 }),
    createMemoryStore({ environment: 'test' }),
  ]
  return createFailoverStore(links, { timeoutMs: 10_000, leaseMs: 100, mirror: { maxDelayMs: 10 } })
}

t.test('a chain whose links are all well', async (t) => {
  testConformance({
    test: (name, body) => t.test(name, body),
    ...createStoreFactory((space) => openChain(`well_${space}`, redis.url)),
  })
})

t.test('a chain whose first link is down', async (t) => {
  testConformance({
    test: (name, body) => t.test(name, body),
    ...createStoreFactory((space) => openChain(`down_${space}`, NOWHERE)),
  })
})
