import assert from 'node:assert/strict'
import type { Topic } from '../harness.ts'
import { HOUR_MS, putSample, sampleKey, sampleRecord, SOON_MS } from '../samples.ts'

export const expiry: Topic = (check) => {
  check('a record is there until its expiry and absent after', async ({ store, clock }) => {
    const { key } = await putSample(store, clock, { expiresAt: clock.now() + SOON_MS })
    assert.ok(await store.get(key))
    await clock.advance(SOON_MS + 150)
    assert.equal(await store.get(key), undefined)
  })

  check('a record put with an expiry in the past cannot be read', async ({ store, clock }) => {
    const key = sampleKey()
    await store.put(key, sampleRecord(clock, { expiresAt: clock.now() - 1 }), 'absent')
    assert.equal(await store.get(key), undefined)
    assert.equal(await store.put(key, sampleRecord(clock), 'absent'), 'stored')
  })

  check('overwriting with an expiry in the past ends a session', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock)
    assert.equal(await store.put(key, { ...record, version: 2, expiresAt: clock.now() - 1 }, 1), 'stored')
    assert.equal(await store.get(key), undefined)
  })

  check('times are exact to the millisecond', async ({ store, clock }) => {
    const now = clock.now()
    for (const ms of [0, 1, 123, 499, 500, 999]) {
      const fields = { createdAt: now - 86_400_000 + ms, expiresAt: now + HOUR_MS + ms }
      const { key } = await putSample(store, clock, fields)
      const read = await store.get(key)
      assert.equal(read?.createdAt, fields.createdAt)
      assert.equal(read.expiresAt, fields.expiresAt)
    }
  })

  check('a session of a hundred years is kept', async ({ store, clock }) => {
    const expiresAt = clock.now() + 100 * 365 * 24 * HOUR_MS
    const { key } = await putSample(store, clock, { expiresAt })
    assert.equal((await store.get(key))?.expiresAt, expiresAt)
  })
}
