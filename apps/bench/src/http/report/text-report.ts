import { findServer } from '../plan/catalogue.ts'
import { findWorkload, workloads } from '../plan/workloads.ts'
import { spreadOf } from '../run/figures.ts'
import type { BenchResults, Result } from '../run/results.ts'
import { compareResults, type Ratio } from './ratios.ts'
import { formatTable } from './table.ts'

const MIB = 2 ** 20
/** Below it, the server waited for load or database. */
const SATURATED = 0.9

export function formatText(results: BenchResults): string {
  return [
    ...workloads.map(({ name }) => formatWorkload(results.results.filter(({ workload }) => workload === name))),
    formatRatios(compareResults(results.results)),
    formatMemory(results),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function formatWorkload(results: readonly Result[]): string {
  const [first] = results
  if (first === undefined) return ''
  const head = ['', 'requests/s', 'min', 'max', 'CPU µs', 'best', 'p99 ms', 'commands', 'to store', 'from store', 'server busy']
  const rows = results.map(({ server, rounds, store }) => {
    const requests = spreadOf(rounds.map((one) => one.requestsPerSecond))
    const cpu = spreadOf(rounds.map((one) => one.cpuMicros))
    const busy = spreadOf(rounds.map((one) => one.busy + (one.taken ?? 0))).median
    return [
      findServer(server).title,
      whole(requests.median),
      whole(requests.min),
      whole(requests.max),
      cpu.median.toFixed(1),
      cpu.min.toFixed(1),
      spreadOf(rounds.map((one) => one.p99Ms)).median.toFixed(1),
      store === undefined ? '' : store.commands.toFixed(2),
      store === undefined ? '' : `${whole(store.bytesToStore)} B`,
      store === undefined ? '' : `${whole(store.bytesFromStore)} B`,
      `${whole(busy * 100)} %${busy < SATURATED ? ' *' : ''}`,
    ]
  })
  return `${findWorkload(first.workload).title}\n${formatTable(head, rows)}`
}

function formatRatios(ratios: readonly Ratio[]): string {
  if (ratios.length === 0) return ''
  const head = ['Ratios', 'median', 'min', 'max', 'by CPU', 'p99', 'goal']
  const rows = ratios.map(({ goal, requests, cpu, p99 }) => [
    goal.name,
    requests.median.toFixed(2),
    requests.min.toFixed(2),
    requests.max.toFixed(2),
    cpu.toFixed(2),
    p99.median.toFixed(2),
    goal.atLeast === undefined ? '' : `≥ ${goal.atLeast} ${requests.median >= goal.atLeast ? 'met' : 'not met'}`,
  ])
  return formatTable(head, rows)
}

function formatMemory({ memory }: BenchResults): string {
  if (memory.length === 0) return ''
  const head = ['Memory, growth', 'sign-ins', 'heap MiB after half', 'after all', 'process MiB after half', 'after all']
  const rows = memory.map(({ server, signIns, afterHalf, afterAll }) => [
    findServer(server).title,
    whole(signIns),
    (afterHalf.heapBytes / MIB).toFixed(1),
    (afterAll.heapBytes / MIB).toFixed(1),
    (afterHalf.rssBytes / MIB).toFixed(1),
    (afterAll.rssBytes / MIB).toFixed(1),
  ])
  return formatTable(head, rows)
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB').replaceAll(',', ' ')
}
