import { test } from 'tap'
import { createFakeClock } from '../../src/clock/index.ts'

test('time stands still until it is advanced', async t => {
  const clock = createFakeClock(1_000)
  t.equal(clock.now(), 1_000)
  await clock.advance(250)
  t.equal(clock.now(), 1_250)
})

test('timers run in the order of their moments, each at its own time', async t => {
  const clock = createFakeClock(0)
  const seen: [string, number][] = []
  clock.setTimer(() => seen.push(['late', clock.now()]), 30)
  clock.setTimer(() => seen.push(['early', clock.now()]), 10)
  clock.setTimer(() => seen.push(['early too', clock.now()]), 10)
  clock.setTimer(() => seen.push(['not yet', clock.now()]), 31)
  await clock.advance(30)
  t.strictSame(seen, [['early', 10], ['early too', 10], ['late', 30]])
  t.equal(clock.pendingTimers, 1)
})

test('a timer set by a timer, or after a promise, runs in the same advance', async t => {
  const clock = createFakeClock(0)
  const seen: number[] = []
  const again = (): void => {
    seen.push(clock.now())
    void Promise.resolve().then(() => clock.setTimer(again, 10))
  }
  clock.setTimer(again, 10)
  await clock.advance(35)
  t.strictSame(seen, [10, 20, 30])
  t.equal(clock.now(), 35)
})

test('a cancelled timer does not run', async t => {
  const clock = createFakeClock()
  const cancel = clock.setTimer(() => t.fail('ran'), 5)
  cancel()
  await clock.advance(10)
  t.equal(clock.pendingTimers, 0)
})

test('advances that overlap add up', async t => {
  const clock = createFakeClock(0)
  await Promise.all([clock.advance(5), clock.advance(7)])
  t.equal(clock.now(), 12)
})

test('an error in a timer is thrown by advance, and the clock goes on', async t => {
  const clock = createFakeClock(0)
  clock.setTimer(() => { throw new Error('from the timer') }, 5)
  await t.rejects(clock.advance(10), { message: 'from the timer' })
  await clock.advance(5)
  t.equal(clock.now(), 10)
})

test('NaN and negative durations are refused', async t => {
  const clock = createFakeClock()
  t.throws(() => createFakeClock(Number.NaN), TypeError)
  t.throws(() => clock.setTimer(() => {}, -1), TypeError)
  await t.rejects(clock.advance(Number.NaN), TypeError)
})
