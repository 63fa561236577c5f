import { startPostgres } from '@keyturn/testing/postgres'
import { after, test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { createPostgresStore } from '../../src/postgres/index.ts'
import { createStoreFactory } from '../fixtures/store-factory.ts'

const server = await startPostgres()
after(() => server.stop())

testConformance({
  test,
  ...createStoreFactory((table) => createPostgresStore({ url: server.url, table, maxConnections: 4 })),
})
