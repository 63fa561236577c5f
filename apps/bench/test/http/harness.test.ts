import { test } from 'tap'
import { parseBenchOptions } from '../../src/http/plan/bench-options.ts'
import { formatJson } from '../../src/http/report/json-report.ts'
import { formatText } from '../../src/http/report/text-report.ts'
import { runBench } from '../../src/http/run/bench.ts'

test('a tiny run measures a peer and Keyturn on both stores and reports them', async (t) => {
  const options = parseBenchOptions([
    '--json',
    '--servers=fastify-session-redis,keyturn-redis,keyturn-postgres,keyturn-memory',
    '--workloads=r1,r2,r6',
    '--rounds=1',
    '--warm-up-ms=20',
    '--measure-ms=150',
    '--connections=4',
    '--sessions=20',
    '--memory-sign-ins=50',
  ])
  const results = await runBench(options, () => {})

  for (const { workload, server, rounds, store } of results.results) {
    t.equal(rounds.length, 1, `${server} was measured once at ${workload}`)
    t.ok((rounds[0]?.requests ?? 0) > 0, `${server} answered at ${workload}`)
    // On average: a machine that stands still makes a store try something again now and then.
    const commands = Math.round(store?.commands ?? 0)
    if (workload === 'r1') t.equal(commands, 1, `${server} reads with one command`)
    if (workload === 'r2') t.equal(commands, 2, `${server} changes with two commands`)
  }
  t.same(
    results.results.map(({ workload, server }) => `${workload} ${server}`).toSorted(),
    ['r1 fastify-session-redis', 'r1 keyturn-redis', 'r1 keyturn-postgres', 'r2 fastify-session-redis', 'r2 keyturn-redis', 'r2 keyturn-postgres', 'r6 keyturn-redis', 'r6 keyturn-postgres'].toSorted(),
  )
  t.same(results.memory.map(({ server }) => server), ['keyturn-redis', 'keyturn-postgres', 'keyturn-memory'])

  const document = JSON.parse(formatJson(results, options))
  t.ok(document.ratios.r1RedisVsFastifySession > 0)
  t.ok(document.ratios.r2RedisVsFastifySession > 0)
  t.ok(document.ratios.r6VsR1 > 0)
  t.equal(document.results.length, 8)
  t.match(formatText(results), /R1 read, 500 bytes[^]*Keyturn \+ Redis[^]*r1RedisVsFastifySession/)
})
