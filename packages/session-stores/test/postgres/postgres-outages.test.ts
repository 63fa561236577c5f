import { createServer, type Server } from 'node:net'
import { inspect } from 'node:util'
import { startPostgres } from '@keyturn/testing/postgres'
import t from 'tap'
import { putSample, sampleKey, sampleRecord } from '../../src/conformance/samples.ts'
import { createPostgresStore, type PostgresStoreOptions, type SessionStore } from '../../src/index.ts'

const server = await startPostgres()
t.teardown(() => server.stop())
const clock = { now: () => Date.now(), advance: () => undefined }
const TIMEOUT_MS = 300
/** What timers and a busy machine may add. */
const MARGIN_MS = 250

function open(t: { teardown(run: () => Promise<void>): void }, options: PostgresStoreOptions = {}): SessionStore {
  const store = createPostgresStore({ url: server.url, timeoutMs: TIMEOUT_MS, maxConnections: 3, ...options })
  t.teardown(() => store.close())
  return store
}

async function timed(call: () => Promise<unknown>): Promise<{ ms: number; error: unknown }> {
  const startedAt = performance.now()
  const error = await call().then(() => undefined, (failure: unknown) => failure)
  return { ms: performance.now() - startedAt, error }
}

async function untilItWorks(call: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const { error } = await timed(call)
    if (error === undefined) return
    if (Date.now() > deadline) throw error
  }
}

t.test('a server that stands still delays a request by its time limit, and is used again later', async (t) => {
  const store = open(t)
  const { key, record } = await putSample(store, clock)
  server.pause()
  const calls: (() => Promise<unknown>)[] = [
    () => store.get(key),
    () => store.put(key, { ...record, version: 2 }, 1),
    () => store.touch(key, record.expiresAt),
    () => store.destroy(sampleKey()),
    () => store.listByOwner?.(Buffer.alloc(32)) ?? Promise.resolve(),
    () => store.destroyByOwner?.(Buffer.alloc(32)) ?? Promise.resolve(),
    () => store.ping(),
  ]
  const results = await Promise.all([...calls, ...calls, ...calls].map(timed))
  server.resume()
  for (const { ms, error } of results) {
    t.match(error, { code: 'KEYTURN_STORE_UNAVAILABLE' })
    t.ok(ms < TIMEOUT_MS + MARGIN_MS, `answered after ${Math.round(ms)} ms`)
  }
  await untilItWorks(() => store.ping())
})

t.test('a server that dies brings neither the process down nor the store', async (t) => {
  const store = open(t)
  const { key } = await putSample(store, clock)
  await server.kill()
  for (let i = 0; i < 5; i++) {
    const { ms, error } = await timed(() => store.get(key))
    t.match(error, { code: 'KEYTURN_STORE_UNAVAILABLE' })
    t.ok(ms < TIMEOUT_MS + MARGIN_MS)
  }
  await server.restart()
  await untilItWorks(() => store.get(key))
  t.ok(await store.get(key))
})

t.test('a server that is not there at first is found later', async (t) => {
  await server.kill()
  const store = open(t, { table: 'later' })
  await t.rejects(store.get(sampleKey()), { code: 'KEYTURN_STORE_UNAVAILABLE', reason: 'ECONNREFUSED' })
  await t.rejects(async () => store.prune?.(), { code: 'KEYTURN_STORE_UNAVAILABLE' })
  await server.restart()
  await untilItWorks(() => store.get(sampleKey()))
})

t.test('a server that accepts and never says a word delays no longer than the time limit', async (t) => {
  const silent = createServer(() => undefined)
  const port = await listen(silent)
  t.teardown(() => void silent.close())
  const store = open(t, { url: `postgres://u:p@127.0.0.1:${port}/d` })
  for (const call of [() => store.get(sampleKey()), () => store.ping(), () => store.destroy(sampleKey())]) {
    const { ms, error } = await timed(call)
    t.match(error, { code: 'KEYTURN_STORE_UNAVAILABLE' })
    t.ok(ms < TIMEOUT_MS + MARGIN_MS, `answered after ${Math.round(ms)} ms`)
  }
})

t.test('an error carries nothing of the session, nor the password', async (t) => {
  const store = open(t)
  const { key, record } = await putSample(store, clock, { ownerTag: Buffer.alloc(32, 0xd7) })
  server.pause()
  const silent = (await timed(() => store.put(key, { ...record, version: 2 }, 1))).error
  server.resume()
  await server.kill()
  const dead = (await timed(() => store.put(key, sampleRecord(clock), 'any'))).error
  await server.restart()
  for (const error of [silent, dead]) {
    const printed = inspect(error, { showHidden: true, depth: 10 })
    t.notOk(printed.includes(key.toString('hex')) || printed.includes('d7d7') || printed.includes(server.password))
    t.equal((error as Error).cause, undefined)
  }
})

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}
