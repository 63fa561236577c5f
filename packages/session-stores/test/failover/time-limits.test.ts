import { createFakeClock } from '@keyturn/testing/clock'
import t from 'tap'
import { createTimeLimits } from '../../src/failover/time-limits.ts'

t.test('each call has its full time, and one timer serves them all', async (t) => {
  const clock = createFakeClock()
  const { limit } = createTimeLimits({ limitMs: 100, clock, monotonicMs: clock.now })
  const never = new Promise<string>(() => undefined)
  const outcomes: string[] = []
  const watch = (name: string, work: Promise<string>): void => {
    limit(work, 'redis').then((result) => outcomes.push(`${name} ${result}`), (error: unknown) => outcomes.push(`${name} ${(error as { code: string }).code}`))
  }
  watch('a', never)
  await clock.advance(60)
  watch('b', never)
  for (let i = 0; i < 2000; i++) watch('quick', Promise.resolve('answered'))
  t.equal(clock.pendingTimers, 1)
  await clock.advance(39)
  t.equal(outcomes.filter((outcome) => outcome === 'quick answered').length, 2000)
  t.notOk(outcomes.includes('a KEYTURN_STORE_UNAVAILABLE'))
  await clock.advance(1)
  t.ok(outcomes.includes('a KEYTURN_STORE_UNAVAILABLE'))
  t.notOk(outcomes.includes('b KEYTURN_STORE_UNAVAILABLE'))
  await clock.advance(60)
  t.ok(outcomes.includes('b KEYTURN_STORE_UNAVAILABLE'))
  t.equal(clock.pendingTimers, 0)
  watch('c', Promise.reject(Object.assign(new Error('no'), { code: 'OTHER' })))
  await clock.advance(0)
  t.equal(outcomes.at(-1), 'c OTHER')
})

t.test('the call that waits longest is told of once, when half its time is over', async (t) => {
  const clock = createFakeClock()
  const slow: string[] = []
  const { limit } = createTimeLimits({ limitMs: 100, clock, monotonicMs: clock.now, onSlow: (link) => slow.push(link) })
  const never = new Promise<string>(() => undefined)
  void limit(Promise.resolve('answered'), 'quick')
  limit(never, 'redis').catch(() => undefined)
  await clock.advance(49)
  t.strictSame(slow, [])
  await clock.advance(1)
  t.strictSame(slow, ['redis'])
  await clock.advance(500)
  t.strictSame(slow, ['redis'])
  t.equal(clock.pendingTimers, 0)
})

t.test('calls on a link that is lost need not wait for their time', async (t) => {
  const clock = createFakeClock()
  const { limit, abandon } = createTimeLimits({ limitMs: 100, clock, monotonicMs: clock.now })
  const never = new Promise<string>(() => undefined)
  const lost = limit(never, 'redis')
  let other = 'waits'
  limit(never, 'postgres').catch(() => void (other = 'out of time'))
  abandon('redis')
  await t.rejects(lost, { code: 'KEYTURN_STORE_UNAVAILABLE', reason: 'LOST' })
  t.equal(other, 'waits')
  await clock.advance(100)
  t.equal(other, 'out of time')
})
