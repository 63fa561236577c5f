import { startRedis } from '@keyturn/testing/redis'
import { after, test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { createRedisStore } from '../../src/redis/index.ts'
import { createStoreFactory } from '../fixtures/store-factory.ts'

const server = await startRedis()
after(() => server.stop())

testConformance({ test, ...createStoreFactory((prefix) => createRedisStore({ url: server.url, prefix })) })
