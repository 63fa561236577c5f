import { deepStrictEqual } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { startPostgres } from '@keyturn/testing/postgres'
import fc from 'fast-check'
import postgres from 'postgres'
import t from 'tap'
import { putSample, repeat, sampleKey, sampleRecord } from '../../src/conformance/samples.ts'
import { createMemoryStore, createPostgresStore, type PutExpectation, type SessionStore, type StoredSession } from '../../src/index.ts'
import { realClock as clock } from '../fixtures/outages.ts'
import { holdRow } from './fixtures/hold-row.ts'

const server = await startPostgres({ parameters: { shared_preload_libraries: 'pg_stat_statements' } })
const sql = postgres(server.url, { onnotice: () => undefined })
// No outage is looked for here: a busy machine must not look like one.
const open = (timeoutMs = 60_000): SessionStore => createPostgresStore({ url: server.url, timeoutMs })
const store = open()
t.teardown(async () => {
  await Promise.all([sql.end(), store.close()])
  await server.stop()
})

const successor = ({ record }: StoredSession): StoredSession['record'] => ({ ...record, sealed: randomBytes(200), version: record.version + 1 })
const same = async (sessions: readonly StoredSession[]): Promise<boolean> => {
  const records = await Promise.all(sessions.map(({ key }) => store.get(key)))
  return records.every((record, i) => record?.sealed.equals(sessions[i]?.record.sealed as Buffer))
}

t.test('what is asked for at once is one statement', async (t) => {
  await sql`create extension pg_stat_statements`
  await store.ping()
  const callsOf = async (work: () => Promise<unknown>): Promise<unknown[]> => {
    await sql`select pg_stat_statements_reset()`
    await work()
    const rows = await sql`select sum(calls)::int as calls, sum(rows)::int as rows from pg_stat_statements
      where query like '%keyturn_sessions%' and query not like '%pg_stat_statements%'`
    return Object.values(rows[0] ?? {})
  }
  await putSample(store, clock)
  const sessions = repeat(40, () => ({ key: sampleKey(), record: sampleRecord(clock, { ownerTag: randomBytes(32) }) }))
  t.strictSame(await callsOf(() => Promise.all(sessions.map(({ key, record }) => store.put(key, record, 'absent')))), [1, 40])
  t.strictSame(await callsOf(() => Promise.all(sessions.map(({ key }) => store.get(key)))), [1, 40])
  t.strictSame(await callsOf(() => Promise.all(sessions.map((session) => store.put(session.key, successor(session), 1)))), [1, 40])
  t.strictSame(await callsOf(() => store.get(sampleKey())), [1, 0])
  const large = await Promise.all(repeat(20, () => putSample(store, clock, { sealed: randomBytes(4000) })))
  const readAll = (): Promise<unknown> => Promise.all(large.map(({ key }) => store.get(key)))
  for (let i = 0; i < 8; i++) await readAll()
  t.strictSame(await callsOf(readAll), [5, 20], 'of large sessions, as many as 16 KiB hold')
})

t.test('whatever is done in one turn comes out as it does in a store that does one after the other', async () => {
  const expected: fc.Arbitrary<PutExpectation> = fc.oneof(fc.constantFrom<PutExpectation[]>('absent', 'any'), fc.integer({ min: 1, max: 3 }))
  const step = fc.record({ at: fc.nat(5), put: fc.option(fc.record({ expected, version: fc.integer({ min: 1, max: 3 }), owned: fc.boolean() })), end: fc.nat(9) })
  const turn = fc.uniqueArray(step, { selector: ({ at }) => at, minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 8 }), async (turns) => {
      const model = createMemoryStore({ environment: 'test' })
      const keys = repeat(6, sampleKey)
      for (const steps of turns) {
        const acts = steps.map(({ at, put, end }) => {
          const record = put === null ? undefined : sampleRecord(clock, { version: put.version, ownerTag: put.owned ? randomBytes(32) : undefined })
          return async (on: SessionStore): Promise<unknown> => {
            const key = keys[at] as Buffer
            if (record !== undefined && put !== null) return on.put(key, record, put.expected)
            return end === 0 ? on.destroy(key) : { ...(await on.get(key)) }
          }
        })
        const [ours, modelled] = await Promise.all([Promise.all(acts.map((act) => act(store))), Promise.all(acts.map((act) => act(model)))])
        // When a record was created stays as it was: the memory store keeps what it is given.
        deepStrictEqual(ours.map(withoutCreation), modelled.map(withoutCreation))
      }
      await model.close()
    }),
    { numRuns: 150 },
  )
})

function withoutCreation(result: unknown): unknown {
  return typeof result === 'object' ? { ...result, createdAt: undefined } : result
}

t.test('of two writes of one session in one turn, one is stored', async (t) => {
  const key = sampleKey()
  const records = repeat(3, () => sampleRecord(clock))
  const others = repeat(3, () => ({ key: sampleKey(), record: sampleRecord(clock) }))
  const puts = [...records.map((record) => ({ key, record })), ...others]
  t.strictSame(await Promise.all(puts.map((put) => store.put(put.key, put.record, 'absent'))), ['stored', 'conflict', 'conflict', 'stored', 'stored', 'stored'])
  t.ok(await same([{ key, record: records[0] as StoredSession['record'] }, ...others]))

  const next = repeat(3, () => sampleRecord(clock, { version: 2 }))
  const replaced = [...next.map((record) => ({ key, record })), ...others.map((other) => ({ key: other.key, record: successor(other) }))]
  t.strictSame(await Promise.all(replaced.map((put) => store.put(put.key, put.record, 1))), ['stored', 'conflict', 'conflict', 'stored', 'stored', 'stored'])
  t.ok(await same([replaced[0], ...replaced.slice(3)] as StoredSession[]))
})

t.test('a session that somebody holds keeps none of its turn waiting', async (t) => {
  const sessions = await Promise.all(repeat(10, () => putSample(store, clock)))
  const [held, ...others] = sessions as [StoredSession, ...StoredSession[]]
  const release = await holdRow(sql, held.key)
  let settled = false
  const waiting = store.put(held.key, successor(held), 1).finally(() => (settled = true))
  t.strictSame(await Promise.all(others.map((other) => store.put(other.key, successor(other), 1))), others.map(() => 'stored'))
  t.notOk(settled)
  await release()
  t.equal(await waiting, 'stored')
})

t.test('instances that write the same sessions in any order do not lock each other out', async (t) => {
  const deadlocks = async (): Promise<unknown> => (await sql`select sum(deadlocks)::int as found from pg_stat_database`)[0]?.['found']
  const before = await deadlocks()
  const instances = repeat(4, () => open())
  t.teardown(() => Promise.all(instances.map((instance) => instance.close())))
  for (let round = 0; round < 15; round++) {
    const sessions = repeat(30, () => ({ key: sampleKey(), record: sampleRecord(clock) }))
    for (const expected of ['absent', 1] as const) {
      const outcomes = await Promise.all(
        instances.map((instance, i) => {
          const order = i % 2 === 0 ? sessions : sessions.toReversed()
          return Promise.all(order.map((session) => instance.put(session.key, expected === 1 ? successor(session) : session.record, expected)))
        }),
      )
      t.equal(outcomes.flat().filter((outcome) => outcome === 'stored').length, sessions.length, 'each is stored once')
    }
  }
  t.equal(await deadlocks(), before)
})

t.test('sessions of any size are stored and read at once', async (t) => {
  const sessions = await Promise.all(repeat(20, (i) => putSample(store, clock, { sealed: randomBytes(i * 30_000 + 30) })))
  t.ok(await same(sessions))
  const replaced = sessions.map((session) => ({ key: session.key, record: { ...session.record, version: 2, sealed: randomBytes(session.record.sealed.length) } }))
  t.strictSame(await Promise.all(replaced.map(({ key, record }) => store.put(key, record, 1))), replaced.map(() => 'stored'))
  t.ok(await same(replaced))
})

t.test('what waits when a store is closed is done first', async (t) => {
  const closing = open()
  const { key, record } = await putSample(closing, clock)
  const written = { key: sampleKey(), record: sampleRecord(clock) }
  const asked = [closing.get(key), closing.get(sampleKey()), closing.put(written.key, written.record, 'absent'), closing.put(key, { ...record, version: 2 }, 1)] as const
  const closed = closing.close()
  const [read, nothing, ...puts] = await Promise.all(asked)
  t.match([read?.version, nothing, ...puts], [1, undefined, 'stored', 'stored'])
  await closed
})

t.test('a server that is silent, or dies, fails all that was asked in time', async (t) => {
  const impatient = open(1500)
  t.teardown(() => impatient.close())
  const sessions = await Promise.all(repeat(10, () => putSample(store, clock)))
  const [first] = sessions as [StoredSession]
  while ((await impatient.get(first.key).catch(() => undefined)) === undefined);
  const outcomes = async (): Promise<unknown[]> => {
    const work = [...sessions.map(({ key }) => impatient.get(key)), ...sessions.map((session) => impatient.put(session.key, successor(session), 1)), ...repeat(5, () => putSample(impatient, clock))]
    return (await Promise.allSettled(work)).map((result) => (result.status === 'rejected' ? result.reason.code : result.value))
  }
  server.pause()
  t.strictSame(await outcomes(), repeat(25, () => 'KEYTURN_STORE_UNAVAILABLE'))
  const dying = outcomes()
  await server.kill()
  t.strictSame(await dying, repeat(25, () => 'KEYTURN_STORE_UNAVAILABLE'))
  await server.restart()
  const patient = open()
  t.teardown(() => patient.close())
  t.ok(await patient.get(first.key))
})
