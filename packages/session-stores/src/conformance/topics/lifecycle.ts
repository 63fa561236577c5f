import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { SessionStore } from '../../store.ts'
import type { Topic } from '../harness.ts'
import { collect, putSample, sampleKey, sampleRecord } from '../samples.ts'

export const lifecycle: Topic = (check) => {
  check('it has a name, and answers a ping', async ({ store }) => {
    assert.match(store.name, /^[a-z][a-z0-9-]*$/)
    await store.ping()
  })

  check('what it cannot do is absent, and what it can is there', async ({ store }) => {
    const { supports } = store
    assert.equal(typeof store.scan === 'function', supports.scan)
    assert.equal(typeof store.listByOwner === 'function', supports.owners)
    assert.equal(typeof store.destroyByOwner === 'function', supports.owners)
    assert.equal(typeof store.prune === 'function', supports.prune)
    assert.equal(typeof store.statistics === 'function', supports.statistics)
    for (const value of Object.values(supports)) assert.equal(typeof value, 'boolean')
  })

  check('closing twice is no error', async ({ store }) => {
    await Promise.all([store.close(), store.close()])
    await store.close()
  })

  check('closed before anything was asked of it', async ({ store }) => {
    await store.close()
    await assert.rejects(store.get(sampleKey()), { code: 'KEYTURN_STORE_CLOSED' })
  })

  check('after close every method rejects', async ({ store, clock }) => {
    await putSample(store, clock)
    await store.close()
    for (const call of everyCall(store, clock.now())) {
      await assert.rejects(call, { code: 'KEYTURN_STORE_CLOSED' })
    }
  })

  check('what another store object wrote is seen, and outlives it', async ({ store, clock, connect }) => {
    if (!store.supports.shared) return
    const other = await connect()
    const { key, record } = await putSample(other, clock)
    assert.deepEqual({ ...(await store.get(key)) }, record)
    await other.close()
    assert.deepEqual({ ...(await store.get(key)) }, record)
  })
}

function everyCall(store: SessionStore, now: number): (() => Promise<unknown>)[] {
  const key = sampleKey()
  const record = sampleRecord({ now: () => now, advance: () => undefined })
  return [
    () => store.get(key),
    () => store.put(key, record, 'any'),
    () => store.touch(key, now + 1000),
    () => store.destroy(key),
    () => store.ping(),
    async () => store.scan === undefined ? throwClosed() : collect(store.scan()),
    async () => store.listByOwner === undefined ? throwClosed() : store.listByOwner(randomBytes(32)),
    async () => store.destroyByOwner === undefined ? throwClosed() : store.destroyByOwner(randomBytes(32)),
    async () => store.prune === undefined ? throwClosed() : store.prune(),
    async () => store.statistics === undefined ? throwClosed() : store.statistics(),
  ]
}

/** An absent method is as good as one that rejects. */
function throwClosed(): never {
  throw Object.assign(new Error('absent'), { code: 'KEYTURN_STORE_CLOSED' })
}
