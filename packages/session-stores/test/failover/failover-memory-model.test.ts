import assert from 'node:assert/strict'
import { createFakeClock } from '@keyturn/testing/clock'
import fc from 'fast-check'
import t from 'tap'
import { createFailoverStore } from '../../src/failover/index.ts'
import { createMemoryStore } from '../../src/index.ts'
import { createSimulatedEngine, type Restart } from './fixtures/simulated-engine.ts'
import { createSimulatedUsers, type Step } from './fixtures/simulated-users.ts'

const MIRROR_MS = 20
/** A mirror's delay, and the statement that follows. */
const WINDOW_MS = 100

interface Act {
  readonly home: number
  readonly step: Exclude<Step, 'end-all'> | 'sign-in'
  readonly which: number
  readonly afterMs: number
}

interface Outage {
  readonly before: readonly Act[]
  readonly restart: Restart | 'refused' | 'silent'
  readonly forMs: number
  readonly during: readonly Act[]
}

const act: fc.Arbitrary<Act> = fc.record({
  home: fc.nat(1),
  step: fc.constantFrom('read', 'read', 'write', 'write', 'touch', 'end', 'sign-in'),
  which: fc.nat(30),
  afterMs: fc.oneof(fc.nat(5), fc.nat(60), fc.nat(400)),
})
const outage: fc.Arbitrary<Outage> = fc.record({
  before: fc.array(act, { maxLength: 12 }),
  restart: fc.constantFrom('kept', 'empty', 'old', 'refused', 'silent'),
  forMs: fc.oneof(fc.nat(100), fc.nat(4000), fc.nat(20_000)),
  during: fc.array(act, { maxLength: 25 }),
})

/** Two instances, both links away at once and back, and users who stay on one instance. */
async function play(outages: readonly Outage[]): Promise<void> {
  const clock = createFakeClock()
  const [redis, postgres] = [createSimulatedEngine('redis', clock, () => 2), createSimulatedEngine('postgres', clock, () => 2)]
  const lines = [0, 1].map(() => ({ first: redis.connect(), second: postgres.connect() }))
  const chains = lines.map(({ first, second }) =>
    createFailoverStore([first.store, second.store, createMemoryStore({ environment: 'test', clock })], {
      clock,
      timeoutMs: 200,
      leaseMs: 100,
      mirror: { maxDelayMs: MIRROR_MS },
      breaker: { cooldownMs: 100 },
    }),
  )
  const homes = chains.map((chain) => ({ chain, users: createSimulatedUsers(clock) }))
  const work: Promise<void>[] = []
  const perform = async (acts: readonly Act[]): Promise<void> => {
    for (const { home, step, which, afterMs } of acts) {
      await clock.advance(afterMs)
      const { chain, users } = homes[home] ?? assert.fail()
      work.push(step === 'sign-in' ? users.signIn(chain) : users.act(chain, step, which))
    }
  }
  const finish = async (task: Promise<unknown>): Promise<void> => {
    let done = false
    void task.finally(() => (done = true)).catch(() => undefined)
    for (let i = 0; i < 20_000 && !done; i++) await clock.advance(5)
    await task
  }

  for (const chain of chains) await finish(chain.ping())
  await clock.advance(3000)
  for (const { before, restart, forMs, during } of outages) {
    await perform(before)
    await redis.snapshot()
    await clock.advance(WINDOW_MS)
    if (restart === 'empty' || restart === 'old') for (const { users } of homes) users.forgive(clock.now() - WINDOW_MS)
    const isCut = restart === 'refused' || restart === 'silent'
    if (isCut) for (const { first, second } of lines) for (const line of [first, second]) line.cut(restart)
    else for (const engine of [redis, postgres]) engine.stop()
    const healing = new Promise<void>((resolve) => void clock.setTimer(resolve, forMs)).then(async () => {
      for (const { first, second } of lines) for (const line of [first, second]) line.restore()
      if (!isCut) await redis.start(restart)
      if (!isCut) await postgres.start('kept')
    })
    await perform(during)
    await clock.advance(forMs)
    await healing
    // The pause between two probes may have grown.
    for (let i = 0; i < 1000 && chains.some((chain) => chain.status().degraded); i++) await clock.advance(100)
    await clock.advance(3000)
  }
  await finish(Promise.all(work))
  for (const { users } of homes) for (const chain of chains) await finish(users.checkAll(chain))
  await finish(Promise.all(chains.map((chain) => chain.close())))
  for (const { users } of homes) {
    const { revived, loggedOut, lostWrites } = users.findings
    assert.deepEqual({ revived, loggedOut, lostWrites }, { revived: [], loggedOut: [], lostWrites: [] })
  }
}

t.test('with both links away memory loses nothing of users who stay on one instance, and revives nothing', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(outage, { minLength: 1, maxLength: 2 }), async (outages) => {
      await play(outages)
      t.pass('as the model says')
    }),
    { seed: Number(process.env['SEED'] ?? 20_261_128), numRuns: Number(process.env['RUNS'] ?? 20), endOnFailure: true },
  )
})
