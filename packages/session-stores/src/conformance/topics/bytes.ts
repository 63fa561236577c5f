import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Topic } from '../harness.ts'
import { putSample, repeat, sampleKey, sampleRecord } from '../samples.ts'

const EVERY_BYTE = Buffer.from(repeat(256, (index) => index))

export const bytes: Topic = (check) => {
  check('every byte value comes back', async ({ store, clock }) => {
    const { key } = await putSample(store, clock, { sealed: EVERY_BYTE })
    const read = await store.get(key)
    assert.ok(Buffer.isBuffer(read?.sealed))
    assert.deepEqual(read.sealed, EVERY_BYTE)
  })

  check('keys and owners of any bytes are kept apart', async ({ store, clock }) => {
    const odd = [0x00, 0x0a, 0x22, 0x27, 0x5c, 0x7f, 0x80, 0xff]
    for (const byte of odd) {
      const fields = { sealed: Buffer.of(byte), ownerTag: Buffer.alloc(32, byte) }
      assert.equal(await store.put(Buffer.alloc(32, byte), sampleRecord(clock, fields), 'absent'), 'stored')
    }
    for (const byte of odd) {
      const read = await store.get(Buffer.alloc(32, byte))
      assert.deepEqual(read?.sealed, Buffer.of(byte))
      assert.deepEqual(read.ownerTag, Buffer.alloc(32, byte))
    }
  })

  check('an empty and a large value come back', async ({ store, clock }) => {
    const values = [Buffer.alloc(0), Buffer.of(0), randomBytes(70_000), randomBytes(1_048_576)]
    for (const sealed of values) {
      const { key } = await putSample(store, clock, { sealed })
      const read = await store.get(key)
      assert.ok(read)
      assert.ok(read.sealed.equals(sealed))
    }
  })

  check('a buffer changed after it was put leaves the record as it was', async ({ store, clock }) => {
    const key = sampleKey()
    const record = sampleRecord(clock, { ownerTag: randomBytes(32) })
    const [sealed, ownerTag, name] = [Buffer.from(record.sealed), Buffer.from(record.ownerTag ?? []), Buffer.from(key)]
    await store.put(key, record, 'absent')
    record.sealed.fill(0)
    record.ownerTag?.fill(0)
    key.fill(0)
    const read = await store.get(name)
    assert.deepEqual(read?.sealed, sealed)
    assert.deepEqual(read.ownerTag, ownerTag)
  })

  check('a large value made small and large again is read whole', async ({ store, clock }) => {
    const { key, record } = await putSample(store, clock, { sealed: randomBytes(9000) })
    const small = { ...record, sealed: randomBytes(3), version: 2 }
    assert.equal(await store.put(key, small, 1), 'stored')
    assert.ok((await store.get(key))?.sealed.equals(small.sealed))
    const large = { ...record, sealed: randomBytes(20_000), version: 3 }
    assert.equal(await store.put(key, large, 2), 'stored')
    assert.ok((await store.get(key))?.sealed.equals(large.sealed))
  })
}
