import { startPostgres } from '@keyturn/testing/postgres'
import { startProxy } from '@keyturn/testing/proxy'
import t from 'tap'
import { putSample } from '../../src/conformance/samples.ts'
import { createPostgresStore } from '../../src/index.ts'
import { realClock, timed, untilItWorks } from '../fixtures/outages.ts'

for (const only of [undefined, 'replies'] as const) {
  const what = only === undefined ? 'nothing comes through' : 'no reply comes back'
  t.test(`a line on which ${what} delays a request by its time limit, and is used again when it is mended`, async (t) => {
    await using server = await startPostgres()
    await using proxy = await startProxy({ port: server.port })
    const store = createPostgresStore({ url: proxy.url(server.url), timeoutMs: 300 })
    t.teardown(() => store.close())
    const { key, record } = await untilItWorks(() => putSample(store, realClock))
    proxy.blackHole(only === undefined ? {} : { only })
    const { error, inTime } = await timed(() => store.get(key))
    t.match(error, { code: 'KEYTURN_STORE_UNAVAILABLE' })
    t.ok(inTime)
    await proxy.restore()
    t.strictSame((await untilItWorks(() => store.get(key)))?.sealed, record.sealed)
  })
}
