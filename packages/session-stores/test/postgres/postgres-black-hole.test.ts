import { startPostgres } from '@keyturn/testing/postgres'
import { startProxy } from '@keyturn/testing/proxy'
import t from 'tap'
import { putSample } from '../../src/conformance/samples.ts'
import { createPostgresStore } from '../../src/index.ts'
import { realClock } from '../fixtures/outages.ts'

for (const only of [undefined, 'replies'] as const) {
  const what = only === undefined ? 'nothing comes through' : 'no reply comes back'
  t.test(`a line on which ${what} delays a request by its time limit, and is used again when it is mended`, async (t) => {
    await using server = await startPostgres()
    await using proxy = await startProxy({ port: server.port })
    const store = createPostgresStore({ url: proxy.url(server.url), timeoutMs: 300 })
    t.teardown(() => store.close())
    const { key, record } = await putSample(store, realClock)
    proxy.blackHole(only === undefined ? {} : { only })
    const startedAt = performance.now()
    await t.rejects(store.get(key), { code: 'KEYTURN_STORE_UNAVAILABLE' })
    t.ok(performance.now() - startedAt < 2000)
    await proxy.restore()
    let found: Buffer | undefined
    for (let attempt = 0; attempt < 20 && found === undefined; attempt++) found = (await store.get(key).catch(() => undefined))?.sealed
    t.strictSame(found, record.sealed)
  })
}
