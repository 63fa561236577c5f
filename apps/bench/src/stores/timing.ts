/** Latencies of calls, milliseconds. */
export interface Latencies {
  readonly calls: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Times each call of as many clients as `clients`, each with one call at a time, until `until` is aborted. */
export async function timeUntil(
  until: AbortSignal,
  clients: number,
  call: () => Promise<unknown>,
): Promise<Latencies> {
  const times: number[] = []
  const startedAt = performance.now()
  const run = async (): Promise<void> => {
    while (!until.aborted) {
      const began = performance.now()
      await call()
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: clients }, run))
  return summarise(times, performance.now() - startedAt)
}

export function timeFor(ms: number, clients: number, call: () => Promise<unknown>): Promise<Latencies> {
  return timeUntil(AbortSignal.timeout(ms), clients, call)
}

/** Seconds that one piece of work takes, with what it gives. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly result: T }> {
  const startedAt = performance.now()
  const result = await work()
  return { seconds: (performance.now() - startedAt) / 1000, result }
}

function summarise(times: number[], elapsedMs: number): Latencies {
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return {
    calls: times.length,
    perSecond: (times.length / elapsedMs) * 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: times.at(-1) ?? 0,
  }
}
