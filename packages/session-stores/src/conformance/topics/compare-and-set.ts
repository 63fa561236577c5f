import assert from 'node:assert/strict'
import type { Topic } from '../harness.ts'
import { putSample, sampleKey, sampleRecord } from '../samples.ts'

export const compareAndSet: Topic = (check) => {
  check("'absent' stores a new record once", async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock)
    assert.equal(await store.put(key, sampleRecord(clock), 'absent'), 'conflict')
    assert.deepEqual((await store.get(key))?.sealed, record.sealed)
  })

  check('the version that was read may be replaced', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock)
    const next = sampleRecord(clock, { version: 2, createdAt: record.createdAt })
    assert.equal(await store.put(key, next, 1), 'stored')
    assert.deepEqual({ ...(await store.get(key)) }, next)
  })

  check('another version is a conflict and stays', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock, { version: 5 })
    for (const expected of [1, 4, 6]) {
      assert.equal(await store.put(key, sampleRecord(clock, { version: expected + 1 }), expected), 'conflict')
    }
    assert.deepEqual({ ...(await store.get(key)) }, record)
  })

  check('a version expected where nothing is: gone, and nothing is written', async ({ store, clock }) => {
    const key = sampleKey()
    assert.equal(await store.put(key, sampleRecord(clock, { version: 2 }), 1), 'gone')
    assert.equal(await store.get(key), undefined)
  })

  check('an ended session is not revived by who had read it', async ({ store, clock }) => {
    const { key } = await putSample(store, clock)
    await store.destroy(key)
    assert.equal(await store.put(key, sampleRecord(clock, { version: 2 }), 1), 'gone')
    assert.equal(await store.get(key), undefined)
  })

  check("'any' creates and overwrites, whatever the version", async ({ store, clock }) => {
    const key = sampleKey()
    assert.equal(await store.put(key, sampleRecord(clock, { version: 9 }), 'any'), 'stored')
    const lower = sampleRecord(clock, { version: 3 })
    assert.equal(await store.put(key, lower, 'any'), 'stored')
    assert.deepEqual({ ...(await store.get(key)) }, lower)
  })

  check('an expired record is as good as none', async ({ store, clock }) => {
    const { key } = await putSample(store, clock, { expiresAt: clock.now() + 150 })
    await clock.advance(250)
    assert.equal(await store.put(key, sampleRecord(clock, { version: 2 }), 1), 'gone')
    const fresh = sampleRecord(clock)
    assert.equal(await store.put(key, fresh, 'absent'), 'stored')
    assert.deepEqual({ ...(await store.get(key)) }, fresh)
  })

  check('a write may move the expiry either way', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock)
    const later = { ...record, version: 2, expiresAt: record.expiresAt + 60_000 }
    await store.put(key, later, 1)
    assert.equal((await store.get(key))?.expiresAt, later.expiresAt)
    const sooner = { ...record, version: 3, expiresAt: record.expiresAt - 60_000 }
    await store.put(key, sooner, 2)
    assert.equal((await store.get(key))?.expiresAt, sooner.expiresAt)
  })
}
