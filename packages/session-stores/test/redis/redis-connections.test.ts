import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProxy } from '@keyturn/testing/proxy'
import { startRedis } from '@keyturn/testing/redis'
import t from 'tap'
import { putSample, sampleKey } from '../../src/conformance/samples.ts'
import { createRedisStore } from '../../src/index.ts'
import { realClock, timed, untilItWorks } from '../fixtures/outages.ts'

t.test('TLS with a password: sessions are kept, and a certificate nobody vouches for is refused', async (t) => {
  await using server = await startRedis({ tls: 'required', password: 'p@ss/word' })
  const store = createRedisStore({ url: server.url, connection: { tls: server.tls } })
  t.teardown(() => store.close())
  const { key, record } = await putSample(store, realClock)
  t.strictSame((await store.get(key))?.sealed, record.sealed)

  const trusting = createRedisStore({ url: server.url, timeoutMs: 500 })
  t.teardown(() => trusting.close())
  await t.rejects(trusting.get(sampleKey()), { code: 'KEYTURN_STORE_UNAVAILABLE' })
})

t.test('a wrong password is an error that does not repeat it', async (t) => {
  await using server = await startRedis({ password: 'right' })
  const store = createRedisStore({ connection: { host: server.host, port: server.port, password: 'hunter2' }, timeoutMs: 500 })
  t.teardown(() => store.close())
  const error: unknown = await store.get(sampleKey()).catch((reason: unknown) => reason)
  t.match(error, { code: /^KEYTURN_STORE_/ })
  t.notMatch(String(error), 'hunter2')
})

t.test('a unix socket serves as well as a port', async (t) => {
  // A socket's path has at most 107 bytes: folders of tests are too deep.
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'redis.sock')
  await using server = await startRedis({ parameters: { unixsocket: path } })
  t.ok(server.port > 0)
  const store = createRedisStore({ connection: { path } })
  const { key, record } = await putSample(store, realClock)
  t.strictSame((await store.get(key))?.sealed, record.sealed)
  await store.close()
})

t.test('a line on which nothing comes through delays a request by its time limit, and is used again when it is mended', async (t) => {
  await using server = await startRedis()
  await using proxy = await startProxy({ port: server.port })
  const store = createRedisStore({ url: proxy.url(server.url), timeoutMs: 300 })
  t.teardown(() => store.close())
  const { key, record } = await untilItWorks(() => putSample(store, realClock))
  proxy.blackHole()
  const { error, inTime } = await timed(() => store.get(key))
  t.match(error, { code: 'KEYTURN_STORE_UNAVAILABLE' })
  t.ok(inTime)
  await proxy.restore()
  t.strictSame((await untilItWorks(() => store.get(key)))?.sealed, record.sealed)
})
