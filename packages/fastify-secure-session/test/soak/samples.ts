import type { Figures } from './fixtures/server.ts'

export interface Sample extends Figures {
  readonly seconds: number
  /** Answered so far. */
  readonly requests: number
}

const MIB = 1024 * 1024
/** Compiled code and the derived keys of each rotation; ten bytes leaked a request are above it after half an hour. */
const HEAP_TOLERANCE = 8 * MIB

/** One line for each sample, under a head before the first. */
export function printSample(samples: readonly Sample[]): void {
  const sample = samples.at(-1)
  if (sample === undefined) return
  if (samples.length === 1) console.log(line(['seconds', 'requests', 'heap MiB', 'rss MiB', 'handles', 'sockets', 'timers', 'listeners', 'keys']))
  const { seconds, requests, heapUsed, rss, resources, listeners, keys } = sample
  console.log(line([seconds, requests, (heapUsed / MIB).toFixed(1), (rss / MIB).toFixed(0), handles(resources), sockets(resources), resources['Timeout'] ?? 0, listeners, keys]))
}

/** What is more in each of the last three samples than in any of the first three: pools fill up, leaks go on. */
export function findGrowth(samples: readonly Sample[]): string[] {
  const grown = (value: (sample: Sample) => number): { from: number; to: number } => ({
    from: Math.max(...samples.slice(0, 3).map(value)),
    to: Math.min(...samples.slice(-3).map(value)),
  })
  const heap = grown(({ heapUsed }) => heapUsed)
  const handle = grown(({ resources }) => handles(resources))
  const listener = grown(({ listeners }) => listeners)
  return [
    heap.to - heap.from > HEAP_TOLERANCE ? `heap by ${((heap.to - heap.from) / MIB).toFixed(1)} MiB` : undefined,
    handle.to > handle.from ? `handles from ${handle.from} to ${handle.to}: ${JSON.stringify(samples.at(-1)?.resources)}` : undefined,
    listener.to > listener.from ? `listeners from ${listener.from} to ${listener.to}` : undefined,
  ].filter((problem) => problem !== undefined)
}

function handles(resources: Figures['resources']): number {
  return Object.values(resources).reduce((sum, count) => sum + count, 0)
}

function sockets(resources: Figures['resources']): number {
  return resources['TCPSocketWrap'] ?? 0
}

function line(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(10)).join('')
}
