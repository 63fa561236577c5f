import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { SessionStore } from '../../store.ts'
import type { CheckTools, Topic } from '../harness.ts'
import { keysOf, putSample, repeat, sampleKey, sampleRecord, SOON_MS } from '../samples.ts'

type OwnerStore = SessionStore & Required<Pick<SessionStore, 'listByOwner' | 'destroyByOwner'>>

export const owners: Topic = (check) => {
  const checkOwners = (behaviour: string, body: (store: OwnerStore, tools: CheckTools) => Promise<void>): void => {
    check(behaviour, async (tools) => {
      if (tools.store.supports.owners) await body(tools.store as OwnerStore, tools)
    })
  }

  checkOwners('the sessions of an owner are listed, newest first', async (store, { clock }) => {
    const [ownerTag, other] = [randomBytes(32), randomBytes(32)]
    const now = clock.now()
    const ages = [3000, 1000, 2000]
    const mine = await Promise.all(ages.map((age) => putSample(store, clock, { ownerTag, createdAt: now - age })))
    await putSample(store, clock, { ownerTag: other })
    await putSample(store, clock)
    const listed = await store.listByOwner(ownerTag)
    assert.deepEqual(listed.map(({ record }) => record.createdAt), [now - 1000, now - 2000, now - 3000])
    assert.deepEqual(keysOf(listed), keysOf(mine))
    assert.deepEqual({ ...listed[0]?.record }, mine[1]?.record)
    assert.deepEqual(await store.listByOwner(randomBytes(32)), [])
  })

  checkOwners('ended and expired sessions are not listed, nor counted when ended', async (store, { clock }) => {
    const ownerTag = randomBytes(32)
    const kept = await putSample(store, clock, { ownerTag })
    const ended = await putSample(store, clock, { ownerTag })
    await putSample(store, clock, { ownerTag, expiresAt: clock.now() + 150 })
    await store.destroy(ended.key)
    await clock.advance(250)
    assert.deepEqual(keysOf(await store.listByOwner(ownerTag)), keysOf([kept]))
    assert.equal(await store.destroyByOwner(ownerTag), 1)
  })

  checkOwners('all sessions of an owner end, and nobody else’s', async (store, { clock }) => {
    const ownerTag = randomBytes(32)
    const mine = await Promise.all(repeat(5, () => putSample(store, clock, { ownerTag })))
    const other = await putSample(store, clock, { ownerTag: randomBytes(32) })
    const nobody = await putSample(store, clock)
    assert.equal(await store.destroyByOwner(ownerTag), 5)
    for (const { key } of mine) assert.equal(await store.get(key), undefined)
    assert.ok(await store.get(other.key))
    assert.ok(await store.get(nobody.key))
    assert.equal(await store.destroyByOwner(ownerTag), 0)
  })

  checkOwners('all but one end', async (store, { clock }) => {
    const ownerTag = randomBytes(32)
    const [kept, ...rest] = await Promise.all(repeat(4, () => putSample(store, clock, { ownerTag })))
    assert.ok(kept)
    assert.equal(await store.destroyByOwner(ownerTag, { except: kept.key }), 3)
    assert.ok(await store.get(kept.key))
    for (const { key } of rest) assert.equal(await store.get(key), undefined)
    assert.deepEqual(keysOf(await store.listByOwner(ownerTag)), keysOf([kept]))
  })

  checkOwners('a session that changes its owner is found under the new one only', async (store, { clock }) => {
    const [first, second] = [randomBytes(32), randomBytes(32)]
    const { key, record } = await putSample(store, clock)
    await store.put(key, { ...record, version: 2, ownerTag: first }, 1)
    assert.deepEqual(keysOf(await store.listByOwner(first)), [key.toString('hex')])
    await store.put(key, { ...record, version: 3, ownerTag: second }, 2)
    assert.deepEqual(await store.listByOwner(first), [])
    assert.equal(await store.destroyByOwner(first), 0)
    assert.deepEqual(keysOf(await store.listByOwner(second)), [key.toString('hex')])
    await store.put(key, { ...record, version: 4, ownerTag: undefined }, 3)
    assert.deepEqual(await store.listByOwner(second), [])
    assert.ok(await store.get(key))
  })

  checkOwners('touched and rewritten sessions stay with their owner', async (store, { clock }) => {
    const ownerTag = randomBytes(32)
    const soon = clock.now() + SOON_MS
    const { key, record } = await putSample(store, clock, { ownerTag, expiresAt: soon })
    await store.touch(key, soon + 60_000)
    await store.put(key, { ...record, version: 2, expiresAt: soon + 120_000 }, 1)
    await store.touch(key, soon + 180_000)
    await clock.advance(SOON_MS + 150)
    assert.equal((await store.listByOwner(ownerTag)).length, 1)
    assert.equal(await store.destroyByOwner(ownerTag), 1)
    assert.equal(await store.get(key), undefined)
  })

  checkOwners('a write that conflicts leaves the owner as it is', async (store, { clock }) => {
    const [ownerTag, other] = [randomBytes(32), randomBytes(32)]
    const { key } = await putSample(store, clock, { ownerTag, version: 4 })
    await store.put(key, sampleRecord(clock, { ownerTag: other }), 'absent')
    await store.put(key, sampleRecord(clock, { ownerTag: other, version: 3 }), 2)
    assert.deepEqual(await store.listByOwner(other), [])
    assert.equal(await store.destroyByOwner(other), 0)
    assert.equal((await store.listByOwner(ownerTag)).length, 1)
  })

  checkOwners('whoever signed in before all were ended is out, whatever ran beside', async (store, tools) => {
    const ownerTag = randomBytes(32)
    const other = (await tools.connect()) as OwnerStore
    const before = await Promise.all(repeat(12, () => putSample(store, tools.clock, { ownerTag })))
    const late = repeat(12, () => sampleKey())
    const [ended] = await Promise.all([
      store.destroyByOwner(ownerTag),
      ...before.map(({ key, record }) => other.put(key, { ...record, version: 2 }, 1)),
      ...before.map(({ key, record }) => other.touch(key, record.expiresAt + 1000)),
      ...late.map((key) => other.put(key, sampleRecord(tools.clock, { ownerTag }), 'absent')),
    ])
    assert.ok(ended >= before.length)
    for (const { key } of before) assert.equal(await other.get(key), undefined)
    const survivors = (await Promise.all(late.map((key) => other.get(key)))).filter((read) => read !== undefined)
    assert.equal((await store.listByOwner(ownerTag)).length, survivors.length, 'each survivor can still be found')
    assert.equal(await other.destroyByOwner(ownerTag), survivors.length)
  })
}
