import { setTimeout as wait } from 'node:timers/promises'
import { startPostgres } from '@keyturn/testing/postgres'
import postgres from 'postgres'
import t from 'tap'
import { putSample, repeat } from '../../src/conformance/samples.ts'
import { createPostgresStore, createPruner } from '../../src/index.ts'
import { createPostgresNames } from '../../src/postgres/postgres-names.ts'
import { realClock, untilItWorks } from '../fixtures/outages.ts'

const server = await startPostgres()
const sql = postgres(server.url, { onnotice: () => undefined, max: 2 })
t.teardown(async () => {
  await sql.end()
  await server.stop()
})

t.test('while another instance prunes, this one leaves it to that', async (t) => {
  const store = createPostgresStore({ url: server.url })
  t.teardown(() => store.close())
  await Promise.all(repeat(20, () => putSample(store, realClock, { expiresAt: Date.now() + 50 })))
  await wait(100)
  const { lock } = createPostgresNames({ schema: 'public', table: 'keyturn_sessions' })
  await sql.begin(async (other) => {
    await other.unsafe(`select pg_advisory_xact_lock(${lock})`)
    t.equal(await store.prune?.(), 0)
  })
  t.equal(await store.prune?.({ batchSize: 7 }), 20)
})

t.test('instances that prune at once remove each session once', async (t) => {
  const stores = repeat(4, () => createPostgresStore({ url: server.url, table: 'together', maxConnections: 2 }))
  t.teardown(() => Promise.all(stores.map((store) => store.close())).then(() => undefined))
  const [first] = stores
  if (first === undefined) return t.fail('no store')
  await Promise.all(repeat(200, () => putSample(first, realClock, { expiresAt: Date.now() + 400 })))
  await wait(500)
  const removed = await Promise.all(stores.map(async (store) => store.prune?.({ batchSize: 10 })))
  const later = await first.prune?.()
  t.equal(removed.reduce<number>((sum, count) => sum + (count ?? 0), later ?? 0), 200)
})

t.test('a pruner survives a lost connection and a missing table', async (t) => {
  const store = createPostgresStore({ url: server.url, table: 'survives', timeoutMs: 500 })
  const errors: unknown[] = []
  const pruned: number[] = []
  const pruner = createPruner({ store, intervalMs: 40, onError: (error) => errors.push(error), onPruned: (count) => pruned.push(count) })
  t.teardown(async () => {
    await pruner.stop()
    await store.close()
  })
  pruner.start()
  await until(() => pruned.length > 0)
  await server.kill()
  await until(() => errors.length > 0)
  await server.restart()
  await sql`drop table if exists survives`
  const before = pruned.length
  await untilItWorks(() => putSample(store, realClock, { expiresAt: Date.now() + 10 }))
  await until(() => pruned.slice(before).some((count) => count > 0))
  t.match(errors[0], { code: 'KEYTURN_STORE_UNAVAILABLE' })
})

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass')
    await wait(10)
  }
}
