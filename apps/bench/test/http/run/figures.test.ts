import { test } from 'tap'
import { compareResults } from '../../../src/http/report/ratios.ts'
import { spreadOf } from '../../../src/http/run/figures.ts'
import type { Measurement } from '../../../src/http/load/measure.ts'

const one: Measurement = { requests: 1, requestsPerSecond: 1, cpuMicros: 1, busy: 1, taken: 0, p50Ms: 1, p99Ms: 1, responseBytes: 1 }

test('a spread has median, least and most', async (t) => {
  t.same(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 })
  t.same(spreadOf([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 })
  t.throws(() => spreadOf([]), RangeError)
})

test('ratios are taken round by round, so that a slow round of both sides changes nothing', async (t) => {
  const rounds = (rates: readonly number[]): Measurement[] => rates.map((rate) => ({ ...one, requestsPerSecond: rate, cpuMicros: 1e6 / rate, p99Ms: 1000 / rate }))
  const [ratio, ...others] = compareResults([
    { workload: 'r1', server: 'keyturn-redis', rounds: rounds([2000, 200, 2000]), store: undefined },
    { workload: 'r1', server: 'fastify-session-redis', rounds: rounds([1000, 100, 1000]), store: undefined },
  ])
  t.equal(others.length, 0, 'a ratio with one side missing is left out')
  t.equal(ratio?.goal.name, 'r1RedisVsFastifySession')
  t.same(ratio?.requests, { median: 2, min: 2, max: 2 })
  t.equal(ratio?.cpu, 2)
  t.same(ratio?.p99, { median: 0.5, min: 0.5, max: 0.5 })
})
