import { startRedis } from '@keyturn/testing/redis'
import { after, test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { createRedisStore } from '../../src/redis/index.ts'

const server = await startRedis()
after(() => server.stop())

const prefixes = new WeakMap<object, string>()
let count = 0

function createStore(prefix = `suite-${++count}:`): ReturnType<typeof createRedisStore> {
  const store = createRedisStore({ url: server.url, prefix })
  prefixes.set(store, prefix)
  return store
}

testConformance({ test, createStore: () => createStore(), connect: (store) => createStore(prefixes.get(store)) })
