import { createFakeClock } from '@keyturn/testing/clock'
import t from 'tap'
import { createBreaker } from '../../src/failover/breaker.ts'

t.test('a link that fails again and again is left alone longer each time, up to a limit', async (t) => {
  const clock = createFakeClock()
  const breaker = createBreaker({ clock, cooldownMs: 100, jitter: 0 })
  const pauses: number[] = []
  for (let i = 0; i < 8; i++) {
    breaker.open('TIMEOUT')
    let waited = 0
    for (; !breaker.due; waited += 10) await clock.advance(10)
    pauses.push(waited)
    breaker.halfOpen()
    if (i % 2 === 0) breaker.close()
  }
  t.strictSame(pauses, [100, 200, 400, 800, 1600, 3000, 3000, 3000])
})

t.test('a link that was well for a while begins anew', async (t) => {
  const clock = createFakeClock()
  const breaker = createBreaker({ clock, cooldownMs: 100, jitter: 0 })
  for (let i = 0; i < 4; i++) {
    breaker.open('TIMEOUT')
    await clock.advance(800)
  }
  t.match(breaker, { state: 'open', reason: 'TIMEOUT' })
  breaker.close()
  t.match(breaker, { state: 'closed', reason: undefined })
  await clock.advance(1001)
  breaker.open('TIMEOUT')
  await clock.advance(100)
  t.equal(breaker.due, true)
})

t.test('a probe before its time does not put off the next', async (t) => {
  const clock = createFakeClock()
  const breaker = createBreaker({ clock, cooldownMs: 100, jitter: 0 })
  breaker.open('TIMEOUT')
  for (let i = 0; i < 5; i++) {
    breaker.halfOpen()
    breaker.open('ECONNREFUSED')
  }
  t.match(breaker, { state: 'open', reason: 'ECONNREFUSED' })
  await clock.advance(100)
  t.ok(breaker.due)
})

t.test('jitter shortens the pause at random, so that instances do not probe together', async (t) => {
  const clock = createFakeClock()
  const breakers = Array.from({ length: 100 }, () => createBreaker({ clock, cooldownMs: 1000, jitter: 0.2 }))
  for (const breaker of breakers) breaker.open('TIMEOUT')
  const dueAfter = async (ms: number): Promise<number> => {
    await clock.advance(ms)
    return breakers.filter(({ due }) => due).length
  }
  t.equal(await dueAfter(799), 0)
  const early = await dueAfter(101)
  t.ok(early > 0 && early < 100, `${early} of 100 in the middle of the range`)
  t.equal(await dueAfter(100), 100)
})
