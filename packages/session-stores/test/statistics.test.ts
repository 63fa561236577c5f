import { createFakeClock } from '@keyturn/testing/clock'
import t from 'tap'
import { putSample } from '../src/conformance/samples.ts'
import { createMemoryStore, createStatisticsReader, formatStatistics, type SessionStore } from '../src/index.ts'

t.test('sessions are counted once a minute, however many ask', async (t) => {
  const clock = createFakeClock()
  const memory = createMemoryStore({ environment: 'test', clock })
  let counts = 0
  const store: SessionStore = { ...memory, statistics: async () => (counts++, (await memory.statistics?.()) ?? t.fail() as never) }
  const reader = createStatisticsReader({ store, clock })
  const [first] = await Promise.all([reader.read(), reader.read(), reader.read()])
  t.equal(counts, 1)
  t.equal(first?.countedAt, clock.now())
  await putSample(store, clock)
  await clock.advance(59_000)
  t.equal((await reader.read())?.active, 0)
  await clock.advance(1000)
  t.equal((await reader.read())?.active, 1)
  t.equal(counts, 2)
})

t.test('a count that failed is tried again', async (t) => {
  const memory = createMemoryStore({ environment: 'test' })
  let down = true
  const store: SessionStore = { ...memory, statistics: async () => { if (down) throw new Error('down'); return (await memory.statistics?.()) ?? t.fail() as never } }
  const reader = createStatisticsReader({ store })
  await t.rejects(reader.read(), /down/)
  down = false
  t.equal((await reader.read())?.total, 0)
  const { statistics: _, ...uncounted } = memory
  t.equal(await createStatisticsReader({ store: uncounted }).read(), undefined)
})

t.test('a line for the log names counts and keys, and nobody', (t) => {
  const byKeyId = new Map([['00000000000000a1', 2], ['00000000000000b2', 10]])
  t.equal(
    formatStatistics('postgres', { total: 15, active: 12, expired: 3, bytes: 6200, byKeyId }),
    'postgres: 12 active sessions (10 under key 00000000000000b2, 2 under key 00000000000000a1), 3 expired, 7 kB',
  )
  t.equal(
    formatStatistics('memory', { total: 0, active: 0, expired: 0, bytes: 0, byKeyId: new Map() }),
    'memory: 0 active sessions, 0 expired, 0 kB',
  )
  t.end()
})
