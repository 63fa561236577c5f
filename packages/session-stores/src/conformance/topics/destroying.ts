import assert from 'node:assert/strict'
import type { Topic } from '../harness.ts'
import { putSample, sampleKey, sampleRecord } from '../samples.ts'

export const destroying: Topic = (check) => {
  check('an ended session is absent, and others stay', async ({ store, clock }) => {
    const [ended, other] = [await putSample(store, clock), await putSample(store, clock)]
    await store.destroy(ended.key)
    assert.equal(await store.get(ended.key), undefined)
    assert.ok(await store.get(other.key))
  })

  check('ending twice, or what never was, is no error', async ({ store, clock }) => {
    const { key } = await putSample(store, clock)
    await store.destroy(key)
    await store.destroy(key)
    await store.destroy(sampleKey())
  })

  check('a new session may take the key of an ended one', async ({ store, clock }) => {
    const { key } = await putSample(store, clock, { version: 8 })
    await store.destroy(key)
    // Later: a store may tell sessions of one key apart by when they were created.
    const fresh = sampleRecord(clock, { createdAt: clock.now() + 1 })
    assert.equal(await store.put(key, fresh, 'absent'), 'stored')
    assert.deepEqual({ ...(await store.get(key)) }, fresh)
  })
}
