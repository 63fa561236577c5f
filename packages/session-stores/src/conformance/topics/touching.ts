import assert from 'node:assert/strict'
import type { Topic } from '../harness.ts'
import { putSample, sampleKey, SOON_MS } from '../samples.ts'

export const touching: Topic = (check) => {
  check('a touch moves the expiry and nothing else', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock, { version: 3, ownerTag: Buffer.alloc(32, 1) })
    const expiresAt = record.expiresAt + 1234
    assert.equal(await store.touch(key, expiresAt), true)
    assert.deepEqual({ ...(await store.get(key)) }, { ...record, expiresAt })
  })

  check('a touched record outlives its first expiry, not its second', async ({ store, clock }) => {
    const { key } = await putSample(store, clock, { expiresAt: clock.now() + SOON_MS })
    await store.touch(key, clock.now() + 3 * SOON_MS)
    await clock.advance(SOON_MS + 150)
    assert.ok(await store.get(key))
    await clock.advance(2 * SOON_MS)
    assert.equal(await store.get(key), undefined)
  })

  check('a touch may bring the expiry nearer', async ({ store, clock }) => {
    const { key } = await putSample(store, clock)
    await store.touch(key, clock.now() + 150)
    await clock.advance(250)
    assert.equal(await store.get(key), undefined)
  })

  check('an unknown, ended or expired record is not touched', async ({ store, clock }) => {
    const later = clock.now() + 60_000
    assert.equal(await store.touch(sampleKey(), later), false)
    const ended = await putSample(store, clock)
    await store.destroy(ended.key)
    assert.equal(await store.touch(ended.key, later), false)
    assert.equal(await store.get(ended.key), undefined)
    const expired = await putSample(store, clock, { expiresAt: clock.now() + 100 })
    await clock.advance(200)
    assert.equal(await store.touch(expired.key, clock.now() + 60_000), false)
    assert.equal(await store.get(expired.key), undefined)
  })

  check('a touch does not stand in the way of who had read before', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock)
    await store.touch(key, record.expiresAt + 1000)
    assert.equal(await store.put(key, { ...record, version: 2 }, 1), 'stored')
  })
}
