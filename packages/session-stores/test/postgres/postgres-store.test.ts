import { startPostgres } from '@keyturn/testing/postgres'
import { after, test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { createPostgresStore } from '../../src/postgres/index.ts'

const server = await startPostgres()
after(() => server.stop())

const tables = new WeakMap<object, string>()
let count = 0

function createStore(table = `sessions_${++count}`): ReturnType<typeof createPostgresStore> {
  const store = createPostgresStore({ url: server.url, table, maxConnections: 4 })
  tables.set(store, table)
  return store
}

testConformance({ test, createStore: () => createStore(), connect: (store) => createStore(tables.get(store)) })
