import { setTimeout as sleep } from 'node:timers/promises'
import { RequestsRefusedError } from '../errors.ts'
import type { Cores } from '../run/cores.ts'
import type { RunningServer } from '../run/server-process.ts'
import { startBrowsers, type Target } from './browsers.ts'
import type { CookieJar } from './cookie-jar.ts'
import { loadByWrk, type WrkReport } from './wrk-load.ts'

export interface Measurement {
  readonly requests: number
  readonly requestsPerSecond: number
  /** CPU time of the server process for each request, microseconds. */
  readonly cpuMicros: number
  /** Share of the time in which the server process had its core, 0 to 1. Well below 1: something else was the limit. */
  readonly busy: number
  /** Share of the server's core that other processes took, 0 to 1; `undefined` where the system does not tell. */
  readonly taken: number | undefined
  readonly p50Ms: number
  readonly p99Ms: number
  readonly responseBytes: number
}

interface MeasureOptions extends Omit<Target, 'url'> {
  readonly server: RunningServer
  readonly jars: readonly CookieJar[] | undefined
  readonly connections: number
  readonly warmUpMs: number
  /** Warm-up goes on until so many are answered, for at most four times `warmUpMs`: a slow server needs longer to be compiled. */
  readonly warmUpRequests: number
  /** Rounded up to whole seconds. */
  readonly measureMs: number
  readonly cores: Cores
  /** What happens on the server while it is measured. */
  readonly meanwhile?: () => Promise<void>
}

const MOST_WARM_UPS = 4
const WARM_UP_STEP_MS = 20

/** @throws {RequestsRefusedError} KEYTURN_BENCH_REQUESTS_REFUSED: one answer was not 2xx, warm-up included. */
export async function measure(options: MeasureOptions): Promise<Measurement> {
  await warmUp(options)
  const { server, meanwhile, measureMs, method, path, jars, connections } = options
  const from = await mark(options)
  const [report] = await Promise.all([
    loadByWrk({
      url: server.url,
      method,
      path,
      jars,
      connections,
      seconds: Math.ceil(measureMs / 1000),
      // Reading headers costs the load what the servers need: only where cookies change.
      cookies: meanwhile === undefined ? 'ignore' : 'keep',
    }),
    meanwhile?.(),
  ])
  const to = await mark(options)
  refuse(options, report)
  const { requests, bytes, p50Micros, p99Micros } = report
  return {
    requests,
    ...between(from, to, report),
    p50Ms: p50Micros / 1000,
    p99Ms: p99Micros / 1000,
    responseBytes: bytes / requests,
  }
}

async function warmUp(options: MeasureOptions): Promise<void> {
  const { server, jars, method, path, connections, warmUpMs, warmUpRequests } = options
  let answered = 0
  let refused = 0
  let broken = 0
  const browsers = startBrowsers({
    url: server.url,
    method,
    path,
    connections,
    ...(jars === undefined ? {} : { jars }),
    onResponse(status) {
      answered++
      if (status < 200 || status > 299) refused++
    },
    onError: () => broken++,
  })
  try {
    await sleep(warmUpMs)
    for (let waited = warmUpMs; answered < warmUpRequests && waited < warmUpMs * MOST_WARM_UPS; waited += WARM_UP_STEP_MS) {
      await sleep(WARM_UP_STEP_MS)
    }
  } finally {
    await browsers.stop()
  }
  refuse(options, { refused, broken })
}

function refuse({ server, method, path }: MeasureOptions, counts: { readonly refused: number; readonly broken: number }): void {
  if (counts.refused + counts.broken > 0) throw new RequestsRefusedError(`${server.entry.name}, ${method} ${path}`, counts)
}

interface Mark {
  readonly atMs: number
  readonly cpuMicros: number
  readonly busyMicros: number | undefined
}

async function mark({ server, cores }: MeasureOptions): Promise<Mark> {
  const { cpuMicros } = await server.usage()
  return { atMs: performance.now(), cpuMicros, busyMicros: cores.busyMicros() }
}

function between(from: Mark, to: Mark, { requests, durationMicros }: WrkReport): Pick<Measurement, 'requestsPerSecond' | 'cpuMicros' | 'busy' | 'taken'> {
  const cpu = to.cpuMicros - from.cpuMicros
  const others = to.busyMicros === undefined || from.busyMicros === undefined ? undefined : to.busyMicros - from.busyMicros - cpu
  return {
    requestsPerSecond: (requests / durationMicros) * 1e6,
    cpuMicros: cpu / requests,
    busy: Math.min(1, cpu / durationMicros),
    taken: others === undefined ? undefined : Math.max(0, others) / ((to.atMs - from.atMs) * 1000),
  }
}
