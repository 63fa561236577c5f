import { test } from 'tap'
import { parseBenchOptions } from '../../../src/http/plan/bench-options.ts'
import { planComparisons } from '../../../src/http/plan/comparisons.ts'
import { goals } from '../../../src/http/plan/goals.ts'

test('all mistakes are told at once', async (t) => {
  t.throws(() => parseBenchOptions(['--rounds', '0', '--servers', 'nobody', '--measure-ms', 'NaN', '--workloads', 'r9']), {
    name: 'TypeError',
    message: /--rounds[^]*nobody|nobody[^]*--rounds/,
  })
  t.throws(() => parseBenchOptions(['--sessions', '10', '--connections', '20']), TypeError)
  t.throws(() => parseBenchOptions(['--what']))
})

test('a quick run measures both sides of every goal and nothing else', async (t) => {
  const measured = planComparisons(parseBenchOptions(['--quick'])).flatMap(({ workload, servers }) =>
    servers.map((server) => `${workload.name} ${server.name}`),
  )
  const needed = goals
    .filter(({ atLeast }) => atLeast !== undefined)
    .flatMap(({ ours, other }) => [ours, other])
    .map(({ workload, server }) => `${workload} ${server}`)
  t.same(measured.toSorted(), [...new Set(needed)].toSorted())
})

test('a full run has every ratio', async (t) => {
  const measured = planComparisons(parseBenchOptions([])).flatMap(({ workload, servers }) =>
    servers.map((server) => `${workload.name} ${server.name}`),
  )
  for (const { name, ours, other } of goals) {
    for (const { workload, server } of [ours, other]) t.ok(measured.includes(`${workload} ${server}`), `${name} needs ${workload} of ${server}`)
  }
})
