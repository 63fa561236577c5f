import assert from 'node:assert/strict'
import type { SessionStore } from '../../store.ts'
import type { Topic } from '../harness.ts'
import { putSample } from '../samples.ts'

type StatisticsStore = SessionStore & Required<Pick<SessionStore, 'statistics'>>

const [FIRST, SECOND] = ['00000000000000a1', 'ffffffffffffffff']

export const statistics: Topic = (check) => {
  check('an empty store counts nothing', async ({ store }) => {
    if (!store.supports.statistics) return
    const counted = await (store as StatisticsStore).statistics()
    assert.deepEqual({ ...counted, byKeyId: [...counted.byKeyId] }, { total: 0, active: 0, expired: 0, bytes: 0, byKeyId: [] })
  })

  check('active sessions are counted by key, with their bytes', async ({ store, clock }) => {
    if (!store.supports.statistics) return
    await putSample(store, clock, { keyId: FIRST, sealed: Buffer.alloc(100) })
    await putSample(store, clock, { keyId: FIRST, sealed: Buffer.alloc(50), ownerTag: Buffer.alloc(32, 3) })
    await putSample(store, clock, { keyId: SECOND, sealed: Buffer.alloc(7) })
    const ended = await putSample(store, clock, { keyId: SECOND })
    await store.destroy(ended.key)
    const counted = await (store as StatisticsStore).statistics()
    assert.equal(counted.active, 3)
    assert.equal(counted.total, counted.active + counted.expired)
    assert.equal(counted.bytes, 157)
    assert.deepEqual(counted.byKeyId, new Map([[FIRST, 2], [SECOND, 1]]))
  })

  check('expired sessions are not active', async ({ store, clock }) => {
    if (!store.supports.statistics) return
    await putSample(store, clock, { keyId: FIRST })
    await putSample(store, clock, { keyId: SECOND, expiresAt: clock.now() + 100 })
    await clock.advance(200)
    const counted = await (store as StatisticsStore).statistics()
    assert.equal(counted.active, 1)
    assert.equal(counted.total, 1 + counted.expired)
    assert.deepEqual([...counted.byKeyId], [[FIRST, 1]])
  })
}
