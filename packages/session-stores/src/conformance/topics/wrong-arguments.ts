import assert from 'node:assert/strict'
import type { SessionRecord, StoreKey } from '../../store.ts'
import type { Topic } from '../harness.ts'
import { sampleKey, sampleRecord } from '../samples.ts'

export const wrongArguments: Topic = (check) => {
  check('a key that is no store key is a TypeError', async ({ store, clock }) => {
    const wrong: unknown[] = [undefined, '', 'x'.repeat(32), Buffer.alloc(31), Buffer.alloc(33), new Uint8Array(32)]
    for (const value of wrong) {
      const key = value as StoreKey
      await assert.rejects(store.get(key), TypeError)
      await assert.rejects(store.put(key, sampleRecord(clock), 'any'), TypeError)
      await assert.rejects(store.touch(key, clock.now() + 1000), TypeError)
      await assert.rejects(store.destroy(key), TypeError)
    }
  })

  check('a record that lacks its form is a TypeError, and nothing is stored', async ({ store, clock }) => {
    const wrong: Record<string, unknown>[] = [
      { sealed: 'text' },
      { sealed: undefined },
      { keyId: 'ABCDEF0123456789' },
      { keyId: '0' },
      { version: 0 },
      { version: 1.5 },
      { version: Number.NaN },
      { version: 2 ** 31 },
      { ownerTag: Buffer.alloc(16) },
      { ownerTag: null },
      { createdAt: Number.NaN },
      { createdAt: -1 },
      { expiresAt: Number.POSITIVE_INFINITY },
      { expiresAt: new Date() },
      { expiresAt: 1.5 },
    ]
    const key = sampleKey()
    for (const fields of wrong) {
      const record = { ...sampleRecord(clock), ...fields } as SessionRecord
      await assert.rejects(store.put(key, record, 'any'), TypeError, `put took ${Object.keys(fields).join()}`)
    }
    assert.equal(await store.get(key), undefined)
  })

  check('an expectation that is none is a TypeError', async ({ store, clock }) => {
    for (const expected of [undefined, null, 0, -1, '1', 'present', Number.NaN]) {
      await assert.rejects(store.put(sampleKey(), sampleRecord(clock), expected as 'any'), TypeError)
    }
  })

  check('a time that is none is a TypeError', async ({ store }) => {
    for (const expiresAt of [undefined, Number.NaN, -1, 1e20, '1']) {
      await assert.rejects(store.touch(sampleKey(), expiresAt as number), TypeError)
    }
  })

  check('an owner that is none is a TypeError', async ({ store }) => {
    if (store.listByOwner === undefined || store.destroyByOwner === undefined) return
    for (const tag of [undefined, 'user-1', Buffer.alloc(31)]) {
      await assert.rejects(store.listByOwner(tag as Buffer), TypeError)
      await assert.rejects(store.destroyByOwner(tag as Buffer), TypeError)
    }
    const except = 'key' as unknown as StoreKey
    await assert.rejects(store.destroyByOwner(Buffer.alloc(32), { except }), TypeError)
  })
}
