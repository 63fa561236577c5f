import assert from 'node:assert/strict'
import type { Topic } from '../harness.ts'
import { keysOf, putSample, sampleKey, sampleRecord } from '../samples.ts'

export const reading: Topic = (check) => {
  check('an unknown key is absent', async ({ store }) => {
    assert.equal(await store.get(sampleKey()), undefined)
  })

  check('what was put is read, field by field', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock, { version: 7, ownerTag: Buffer.alloc(32, 0xa5) })
    const read = await store.get(key)
    assert.ok(read)
    assert.deepEqual({ ...read }, record)
  })

  check('of many keys those with a live record are found, where the store can', async ({ store, clock }) => {
    if (store.findLive === undefined) return
    const live = [await putSample(store, clock), await putSample(store, clock, { ownerTag: Buffer.alloc(32, 1) })]
    const over = await putSample(store, clock, { expiresAt: clock.now() + 100 })
    const ended = await putSample(store, clock)
    await store.destroy(ended.key)
    await clock.advance(200)
    const found = await store.findLive([sampleKey(), ...[...live, over, ended].map(({ key }) => key)])
    assert.deepEqual(found.map((key) => key.toString('hex')).sort(), keysOf(live))
    assert.deepEqual(await store.findLive([]), [])
  })

  check('a record without owner has none', async ({ store, clock }) => {
    const { key } = await putSample(store, clock)
    const read = await store.get(key)
    assert.ok(read)
    assert.equal(read.ownerTag, undefined)
  })

  check('keys that differ in one bit are two sessions', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock)
    for (const at of [0, 15, 31]) {
      const other = Buffer.from(key)
      other[at] = (other[at] as number) ^ 1
      assert.equal(await store.get(other), undefined)
      await store.put(other, sampleRecord(clock), 'absent')
    }
    assert.deepEqual((await store.get(key))?.sealed, record.sealed)
  })

  check('reading changes nothing', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock)
    await Promise.all([store.get(key), store.get(key), store.get(key)])
    const read = await store.get(key)
    assert.equal(read?.version, record.version)
    assert.equal(read?.expiresAt, record.expiresAt)
  })
}
