import { createMemoryStore, createPostgresStore, createSealedSessions, type SessionStore, toStoreKey } from '@keyturn/session-stores'
import { createLiveKeyring, createOwnerTag } from '@keyturn/token-crypto'
import t from 'tap'
import { copySessions, createMigratingStore, rewrapSessions } from '../../src/index.ts'
import { openDatabase } from '../support/accounts.ts'
import { keyringOf } from '../support/secrets.ts'

const expiresAt = Date.now() + 3_600_000
const memory = () => createMemoryStore({ environment: 'test', maxEntries: 5000 })

async function fill(store: SessionStore, key: string, count: number): Promise<void> {
  const sessions = createSealedSessions({ store, keyring: createLiveKeyring({ keyring: keyringOf(key) }) })
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      sessions.create(`${key} ${i}`, { data: { i }, meta: { userId: `user ${i % 10}` }, expiresAt: expiresAt + i }),
    ),
  )
}

t.test('copies what the other store does not have, as it is, and finds nothing to do the second time', async (t) => {
  const { url } = await openDatabase(t)
  const [from, to] = [memory(), createPostgresStore({ url, maxConnections: 4 })]
  t.teardown(() => to.close())
  await fill(from, 'old', 700)
  const rates: number[] = []
  t.match(await copySessions({ from, to, dryRun: true }), { dryRun: true, outcomes: { changed: 700 } })
  const report = await copySessions({ from, to, pageSize: 100, onProgress: ({ itemsPerSecond }) => rates.push(itemsPerSecond) })
  t.match(report, { state: 'done', outcomes: { changed: 700 }, total: 700, dryRun: false })
  t.ok(rates.length >= 1)
  for await (const { key, record } of from.scan?.() ?? []) {
    const copied = await to.get(key)
    if (copied === undefined || !copied.sealed.equals(record.sealed) || copied.expiresAt !== record.expiresAt) t.fail('a copy differs')
  }
  t.match(await copySessions({ from, to }), { nothingToDo: true, outcomes: { current: 700 } })
})

t.test('a session that ends while it is copied does not live on in the copy', async (t) => {
  const [from, to] = [memory(), memory()]
  await fill(from, 'old', 300)
  const both = createMigratingStore({ from, to, phase: 'from' })
  const ending = async (): Promise<void> => {
    for (let i = 0; i < 300; i += 3) await both.destroy(toStoreKey(`old ${i}`))
  }
  const [report] = await Promise.all([copySessions({ from, to, pageSize: 7, workers: 3 }), ending()])
  t.equal(report.state, 'done')
  for (let i = 0; i < 300; i++) {
    if (((await to.get(toStoreKey(`old ${i}`))) === undefined) !== (i % 3 === 0)) t.fail(`session ${i}`)
  }
})

t.test('rewraps under the primary key, owners too, so that the old key can go', async (t) => {
  const store = memory()
  await fill(store, 'old', 60)
  await fill(store, 'new', 5)
  await fill(store, 'alien', 3)
  const keyring = createLiveKeyring({ keyring: keyringOf('new', 'old') })
  t.match(await rewrapSessions({ store, keyring, dryRun: true }), { dryRun: true, outcomes: { changed: 60, current: 5, 'unknown-key': 3 } })
  const report = await rewrapSessions({ store, keyring, pageSize: 9 })
  t.match(report, { outcomes: { changed: 60, current: 5, 'unknown-key': 3 }, total: 68 })
  t.equal(report.left.length, 3)
  const after = createSealedSessions({ store, keyring: createLiveKeyring({ keyring: keyringOf('new') }) })
  t.match(await after.load('old 7'), { data: { i: 7 }, meta: { userId: 'user 7' }, expiresAt: expiresAt + 7, stale: false })
  t.equal((await after.listByOwner('user 7')).length, 6)
  t.equal((await store.listByOwner?.(createOwnerTag(keyringOf('old'), 'user 7')))?.length, 0)
  t.match(await rewrapSessions({ store, keyring }), { nothingToDo: true })
})

t.test('a run is ended by its signal, and its report says so', async (t) => {
  const [from, to] = [memory(), memory()]
  await fill(from, 'old', 200)
  const controller = new AbortController()
  controller.abort()
  t.match(await copySessions({ from, to, signal: controller.signal }), { state: 'aborted', outcomes: { changed: 0 } })
})

t.test('a scan that breaks off in the middle is never taken for the end', async (t) => {
  const [from, to] = [memory(), memory()]
  await fill(from, 'old', 40)
  const outage = Object.assign(new Error('out of reach'), { code: 'KEYTURN_STORE_UNAVAILABLE' })
  const breaking: SessionStore = {
    ...from,
    async *scan(options) {
      let given = 0
      for await (const session of from.scan?.(options) ?? []) {
        if (++given > 25) throw outage
        yield session
      }
    },
  }
  const clock = {
    now: () => Date.now(),
    setTimer(callback: () => void) {
      const soon = setImmediate(callback)
      return () => clearImmediate(soon)
    },
  }
  await t.rejects(copySessions({ from: breaking, to, pageSize: 10, workers: 1, clock }), { code: 'KEYTURN_STORE_UNAVAILABLE' })
  t.match(await copySessions({ from, to }), { state: 'done', outcomes: { changed: 20, current: 20 } })
})

t.test('a store that cannot be scanned is refused by name', async (t) => {
  const { scan: _, ...from } = memory()
  const keyring = createLiveKeyring({ keyring: keyringOf('new') })
  await t.rejects(copySessions({ from, to: memory() }), { code: 'KEYTURN_MIGRATION_STORE_CANNOT_SCAN' })
  await t.rejects(rewrapSessions({ store: from, keyring }), { code: 'KEYTURN_MIGRATION_STORE_CANNOT_SCAN' })
  await t.rejects(copySessions({ from: memory(), to: memory(), workers: 0 }), TypeError)
})
