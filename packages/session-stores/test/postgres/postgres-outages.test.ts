import { startPostgres } from '@keyturn/testing/postgres'
import t from 'tap'
import { createPostgresStore } from '../../src/index.ts'
import { testOutages } from '../fixtures/outages.ts'

const server = await startPostgres()
t.teardown(() => server.stop())

testOutages({
  t,
  server,
  open({ timeoutMs, port = server.port }) {
    const url = new URL(server.url)
    url.port = String(port)
    return createPostgresStore({ url: url.href, timeoutMs, maxConnections: 3 })
  },
})
