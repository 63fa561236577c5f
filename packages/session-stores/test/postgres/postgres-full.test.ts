import { startPostgres } from '@keyturn/testing/postgres'
import t from 'tap'
import { putSample, sampleRecord } from '../../src/conformance/samples.ts'
import { createPostgresStore } from '../../src/index.ts'
import { realClock } from '../fixtures/outages.ts'

const server = await startPostgres({ diskMegabytes: 24 })
t.teardown(() => server.stop())

t.test('a full PostgreSQL is read from, sessions can be ended, and a write that finds no room is an outage', async (t) => {
  const store = createPostgresStore({ url: server.url, timeoutMs: 60_000 })
  t.teardown(() => store.close())
  const [kept, ended] = [await putSample(store, realClock), await putSample(store, realClock)]
  await server.fillDisk()
  t.teardown(() => server.freeDisk())

  const large = { ...sampleRecord(realClock), sealed: Buffer.alloc(1500, 'secret') }
  const refused: unknown = await (async () => {
    // The table has room for some, here as on any disk.
    for (let written = 0; written < 200; written++) await putSample(store, realClock, large)
  })().then(() => undefined, (error: unknown) => error)
  t.match(refused, { code: 'KEYTURN_STORE_UNAVAILABLE', reason: '53100' })
  t.notMatch((refused as Error).message, 'secret')
  t.equal((refused as Error).cause, undefined)
  t.ok(await store.get(kept.key), 'reads go on')
  await store.destroy(ended.key)
  t.equal(await store.get(ended.key), undefined)

  await server.freeDisk()
  t.ok(await putSample(store, realClock, large))
})
