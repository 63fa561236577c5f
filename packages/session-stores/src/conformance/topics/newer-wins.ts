import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { SessionStore, StoredSession } from '../../store.ts'
import type { CheckTools, Topic } from '../harness.ts'
import { keysOf, putSample, repeat, sampleKey, sampleRecord } from '../samples.ts'

type NewerStore = SessionStore & Required<Pick<SessionStore, 'putNewer'>>

export const newerWins: Topic = (check) => {
  const checkNewer = (behaviour: string, body: (store: NewerStore, tools: CheckTools) => Promise<void>): void => {
    check(behaviour, async (tools) => {
      if (tools.store.putNewer !== undefined) await body(tools.store as NewerStore, tools)
    })
  }

  checkNewer('many new records are stored at once, whole', async (store, { clock }) => {
    const sessions = repeat(120, (index) => ({
      key: sampleKey(),
      record: sampleRecord(clock, {
        sealed: randomBytes(index * 7),
        version: index + 1,
        ownerTag: index % 3 === 0 ? undefined : randomBytes(32),
      }),
    }))
    assert.equal(await store.putNewer(sessions), 120)
    for (const { key, record } of sessions) assert.deepEqual({ ...(await store.get(key)) }, record)
    assert.equal(await store.putNewer(sessions), 0)
    assert.equal(await store.putNewer([]), 0)
  })

  checkNewer('a record without bytes and without an owner is stored, also alone', async (store, { clock }) => {
    const { key, record } = await putSample(store, clock)
    const empty = { ...record, version: 2, sealed: Buffer.alloc(0), ownerTag: undefined }
    assert.equal(await store.putNewer([{ key, record: empty }]), 1)
    assert.deepEqual({ ...(await store.get(key)) }, empty)
  })

  checkNewer('a higher version replaces, a lower one does not', async (store, { clock }) => {
    const { key, record } = await putSample(store, clock, { version: 5 })
    const lower = { ...record, version: 4, sealed: randomBytes(9), expiresAt: record.expiresAt + 60_000 }
    assert.equal(await store.putNewer([{ key, record: lower }]), 0)
    assert.deepEqual({ ...(await store.get(key)) }, record)
    const higher = { ...record, version: 6, sealed: randomBytes(300), expiresAt: record.expiresAt - 60_000 }
    assert.equal(await store.putNewer([{ key, record: higher }]), 1)
    assert.deepEqual({ ...(await store.get(key)) }, higher)
  })

  checkNewer('of one version the same write is prolonged, and another is refused', async (store, { clock }) => {
    const { key, record } = await putSample(store, clock, { version: 3 })
    const later = { ...record, expiresAt: record.expiresAt + 60_000 }
    assert.equal(await store.putNewer([{ key, record: later }]), 1)
    assert.equal(await store.putNewer([{ key, record }]), 0)
    const other = { ...later, sealed: randomBytes(180), expiresAt: later.expiresAt + 60_000 }
    assert.equal(await store.putNewer([{ key, record: other }]), 0)
    assert.deepEqual({ ...(await store.get(key)) }, later)
  })

  checkNewer('a session created later under the key replaces whatever version', async (store, { clock }) => {
    const { key, record } = await putSample(store, clock, { version: 9 })
    const fresh = sampleRecord(clock, { createdAt: record.createdAt + 1 })
    assert.equal(await store.putNewer([{ key, record: fresh }]), 1)
    assert.equal(await store.putNewer([{ key, record: { ...record, version: 10 } }]), 0)
    assert.deepEqual({ ...(await store.get(key)) }, fresh)
  })

  checkNewer('an expired record is as good as none', async (store, { clock }) => {
    const { key, record } = await putSample(store, clock, { version: 9, expiresAt: clock.now() + 100 })
    await clock.advance(200)
    const older = { ...record, version: 2, expiresAt: clock.now() + 60_000 }
    assert.equal(await store.putNewer([{ key, record: older }]), 1)
    assert.deepEqual({ ...(await store.get(key)) }, older)
  })

  checkNewer('of one key the newest given is stored', async (store, { clock }) => {
    const key = sampleKey()
    const records = [2, 4, 3].map((version) => sampleRecord(clock, { version, createdAt: 1000 }))
    await store.putNewer(records.map((record) => ({ key, record })))
    assert.deepEqual({ ...(await store.get(key)) }, records[1])
  })

  checkNewer('what was stored has its owner, and the former owner lost it', async (store, { clock }) => {
    if (store.listByOwner === undefined) return
    const [first, second] = [randomBytes(32), randomBytes(32)]
    const { key, record } = await putSample(store, clock, { ownerTag: first })
    const moved = { key, record: { ...record, version: 2, ownerTag: second } }
    await store.putNewer([moved])
    assert.deepEqual(keysOf(await store.listByOwner(first)), [])
    assert.deepEqual(keysOf(await store.listByOwner(second)), keysOf([moved]))
  })

  checkNewer('many at once from two sides agree on the newest', async (store, { clock, connect }) => {
    const other = (await connect()) as NewerStore
    const keys = repeat(40, sampleKey)
    const createdAt = clock.now()
    const side = (version: number): StoredSession[] =>
      keys.map((key) => ({ key, record: sampleRecord(clock, { version, createdAt }) }))
    await Promise.all([store.putNewer(side(2)), other.putNewer(side(3).reverse()), store.putNewer(side(1))])
    for (const key of keys) assert.equal((await store.get(key))?.version, 3)
  })
}
