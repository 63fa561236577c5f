import t from 'tap'
import { createPace } from '../../src/bulk/pace.ts'

const options = { pageSize: 2000, maxLatencyMs: 500, maxItemsPerSecond: Number.POSITIVE_INFINITY }

function stoppedClock() {
  const clock = { at: 0, now: () => clock.at, setTimer: () => () => undefined }
  return clock
}

t.test('pages that take too long are halved, and grow again up to the size that was given', async (t) => {
  const pace = createPace({ ...options, clock: stoppedClock() })
  t.equal(pace.limit(), 2000)
  pace.record(2000, 501)
  t.equal(pace.limit(), 1000)
  for (let i = 0; i < 20; i++) pace.record(1000, 501)
  t.equal(pace.limit(), 10)
  pace.record(10, 400)
  t.equal(pace.limit(), 10, 'neither too long nor short')
  for (let i = 0; i < 40; i++) pace.record(10, 10)
  t.equal(pace.limit(), 2000)
})

t.test('with a rate, a page holds at most what a second may have, and rests as long as it stands for', async (t) => {
  const clock = stoppedClock()
  const pace = createPace({ ...options, maxItemsPerSecond: 250.5, clock })
  t.equal(pace.limit(), 250)
  t.equal(pace.restMs(), 0)
  pace.record(125, 5)
  t.equal(Math.round(pace.restMs()), 499)
  clock.at = 400
  t.equal(Math.round(pace.restMs()), 99)
  t.equal(createPace({ ...options, maxItemsPerSecond: 0.5, clock }).limit(), 1)
})
