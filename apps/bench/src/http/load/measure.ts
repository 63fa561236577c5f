import { createHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { RequestsRefusedError } from '../errors.ts'
import type { Cores } from '../run/cores.ts'
import type { RunningServer } from '../run/server-process.ts'
import { startBrowsers, type Target } from './browsers.ts'
import type { CookieJar } from './cookie-jar.ts'

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
  readonly measureMs: number
  readonly cores: Cores
  /** What happens on the server while it is measured. */
  readonly meanwhile?: () => Promise<void>
}

const MOST_WARM_UPS = 4
const WARM_UP_STEP_MS = 20

/** @throws {RequestsRefusedError} KEYTURN_BENCH_REQUESTS_REFUSED: one answer was not 2xx, warm-up included. */
export async function measure(options: MeasureOptions): Promise<Measurement> {
  const { server, jars, connections, warmUpMs, warmUpRequests, measureMs, meanwhile } = options
  const latencies = createHistogram()
  let answered = 0
  let requests = 0
  let responseBytes = 0
  let refused = 0
  let broken = 0
  let counting = false
  const browsers = startBrowsers({
    url: server.url,
    method: options.method,
    path: options.path,
    connections,
    ...(jars === undefined ? {} : { jars }),
    onResponse(status, milliseconds, bytes) {
      answered++
      if (status < 200 || status > 299) refused++
      if (!counting) return
      requests++
      responseBytes += bytes
      latencies.record(Math.max(1, Math.round(milliseconds * 1000)))
    },
    onError: () => broken++,
  })
  let measurement: Measurement
  try {
    await sleep(warmUpMs)
    for (let waited = warmUpMs; answered < warmUpRequests && waited < warmUpMs * MOST_WARM_UPS; waited += WARM_UP_STEP_MS) {
      await sleep(WARM_UP_STEP_MS)
    }
    const from = await mark(options)
    counting = true
    await Promise.all([sleep(measureMs), meanwhile?.()])
    const to = await mark(options)
    counting = false
    measurement = {
      requests,
      ...between(from, to, requests),
      p50Ms: latencies.percentile(50) / 1000,
      p99Ms: latencies.percentile(99) / 1000,
      responseBytes: responseBytes / requests,
    }
  } finally {
    await browsers.stop()
  }
  if (refused + broken > 0) throw new RequestsRefusedError(`${server.entry.name}, ${options.method} ${options.path}`, { refused, broken })
  return measurement
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

function between(from: Mark, to: Mark, requests: number): Pick<Measurement, 'requestsPerSecond' | 'cpuMicros' | 'busy' | 'taken'> {
  const micros = (to.atMs - from.atMs) * 1000
  const cpu = to.cpuMicros - from.cpuMicros
  const others = to.busyMicros === undefined || from.busyMicros === undefined ? undefined : to.busyMicros - from.busyMicros - cpu
  return {
    requestsPerSecond: (requests / micros) * 1e6,
    cpuMicros: cpu / requests,
    busy: cpu / micros,
    taken: others === undefined ? undefined : Math.max(0, others) / micros,
  }
}
