import assert from 'node:assert/strict'
import type { PutOutcome, SessionStore, StoreKey } from '../../store.ts'
import type { CheckTools, Topic } from '../harness.ts'
import { putSample, repeat, sampleKey, sampleRecord } from '../samples.ts'

const CLIENTS = 16

export const concurrency: Topic = (check) => {
  check('of many that create one session, one does', async (tools) => {
    const key = sampleKey()
    const clients = await connectAll(tools)
    const outcomes = await Promise.all(
      clients.map((client) => client.put(key, sampleRecord(tools.clock), 'absent')),
    )
    assert.deepEqual(tally(outcomes), { stored: 1, conflict: CLIENTS - 1, gone: 0 })
  })

  check('of many that replace one version, one does, and its data is there', async (tools) => {
    const { key } = await putSample(tools.store, tools.clock)
    const clients = await connectAll(tools)
    const records = clients.map((_, index) => sampleRecord(tools.clock, { version: 2, sealed: Buffer.of(index) }))
    const outcomes = await Promise.all(
      clients.map((client, index) => client.put(key, records[index] ?? assert.fail(), 1)),
    )
    assert.deepEqual(tally(outcomes), { stored: 1, conflict: CLIENTS - 1, gone: 0 })
    const winner = outcomes.indexOf('stored')
    assert.deepEqual((await tools.store.get(key))?.sealed, Buffer.of(winner))
  })

  check('no count is lost of many that count by compare-and-set', async (tools) => {
    const { key } = await putSample(tools.store, tools.clock, { sealed: Buffer.of(0) })
    const clients = await connectAll(tools)
    await Promise.all(clients.map((client) => countUp(client, key, 4)))
    const read = await tools.store.get(key)
    assert.equal(read?.sealed[0], CLIENTS * 4)
    assert.equal(read.version, 1 + CLIENTS * 4)
  })

  check('who writes while a session ends does not bring it back', async (tools) => {
    const rounds = await Promise.all(repeat(8, () => putSample(tools.store, tools.clock)))
    const other = await tools.connect()
    for (const { key, record } of rounds) {
      const [outcome] = await Promise.all([
        other.put(key, { ...record, version: 2 }, 1),
        tools.store.destroy(key),
        other.touch(key, record.expiresAt + 1000),
      ])
      assert.ok(outcome === 'stored' || outcome === 'gone', `a write beside an end told ${outcome}`)
      assert.equal(await other.get(key), undefined)
    }
  })

  check('a touch beside a write undoes nothing of it', async (tools) => {
    const other = await tools.connect()
    for (const { key, record } of await Promise.all(repeat(8, () => putSample(tools.store, tools.clock)))) {
      const next = { ...record, sealed: Buffer.from('next'), version: 2 }
      const [outcome, touched] = await Promise.all([
        tools.store.put(key, next, 1),
        other.touch(key, record.expiresAt + 5000),
      ])
      assert.equal(outcome, 'stored')
      assert.equal(touched, true)
      const read = await tools.store.get(key)
      assert.equal(read?.version, 2)
      assert.deepEqual(read.sealed, next.sealed)
    }
  })

  check('many sessions at once are kept apart', async ({ store, clock }) => {
    const sessions = await Promise.all(repeat(60, () => putSample(store, clock)))
    const read = await Promise.all(sessions.map(({ key }) => store.get(key)))
    read.forEach((record, index) => assert.deepEqual(record?.sealed, sessions[index]?.record.sealed))
  })
}

/** Half of the clients through another store object, as another process would be. */
async function connectAll({ store, connect }: CheckTools): Promise<SessionStore[]> {
  const other = await connect()
  return repeat(CLIENTS, (index) => (index % 2 === 0 ? store : other))
}

async function countUp(store: SessionStore, key: StoreKey, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const read = await store.get(key)
    assert.ok(read)
    const sealed = Buffer.of((read.sealed[0] as number) + 1)
    const outcome = await store.put(key, { ...read, sealed, version: read.version + 1 }, read.version)
    assert.notEqual(outcome, 'gone')
    if (outcome === 'stored') done++
  }
}

function tally(outcomes: readonly PutOutcome[]): Record<PutOutcome, number> {
  const counts = { stored: 0, conflict: 0, gone: 0 }
  for (const outcome of outcomes) counts[outcome]++
  return counts
}

