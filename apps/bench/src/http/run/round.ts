import type { CookieJar } from '../load/cookie-jar.ts'
import { measure, type Measurement } from '../load/measure.ts'
import { signIn } from '../load/sign-in.ts'
import type { BenchOptions } from '../plan/bench-options.ts'
import type { CatalogueEntry } from '../plan/catalogue.ts'
import type { Comparison } from '../plan/comparisons.ts'
import type { Workload } from '../plan/workloads.ts'
import type { Cores } from './cores.ts'
import type { Databases, Purpose } from './databases.ts'
import { type RunningServer, startServer } from './server-process.ts'

const ROTATION_WINDOWS = 4
/** For the first workload of a process, and for each later one. */
const FIRST_WARM_UP_REQUESTS = 10_000
const WARM_UP_REQUESTS = 2000

interface RoundOptions {
  readonly options: BenchOptions
  readonly comparisons: readonly Comparison[]
  readonly databases: Databases
  readonly cores: Cores
  readonly onMeasured: (workload: Workload, server: CatalogueEntry, measurement: Measurement) => void
}

/**
 * Runs each workload once on each of its servers, one after the other. Processes are new in each round, so that what
 * one run of the compiler happened to make of the code is not taken for its speed.
 */
export async function runRound(round: RoundOptions): Promise<void> {
  const { comparisons, databases, onMeasured } = round
  await databases.empty()
  const servers = await startServers(round)
  try {
    for (const { workload, servers: entries } of comparisons) {
      for (const entry of entries) {
        const running = servers.get(nameOf(entry, purposeOf(workload)))
        if (running !== undefined) onMeasured(workload, entry, await measureOne(workload, running, round))
      }
    }
  } finally {
    await Promise.all([...servers.values()].map(async ({ server }) => server.stop()))
  }
}

interface RoundServer {
  readonly server: RunningServer
  /** Sessions made in this round, by their size: several workloads share them. */
  readonly jars: Map<number, readonly CookieJar[]>
  warm: boolean
}

async function startServers({ comparisons, databases, cores }: RoundOptions): Promise<Map<string, RoundServer>> {
  const servers = new Map<string, RoundServer>()
  for (const { workload, servers: entries } of comparisons) {
    const purpose = purposeOf(workload)
    for (const entry of entries) {
      if (servers.has(nameOf(entry, purpose))) continue
      const settings = await databases.settingsFor(entry, purpose)
      servers.set(nameOf(entry, purpose), { server: await startServer({ entry, settings, cores }), jars: new Map(), warm: false })
    }
  }
  return servers
}

async function measureOne(workload: Workload, running: RoundServer, { options, cores }: RoundOptions): Promise<Measurement> {
  const { server, jars: made } = running
  const { sessionBytes, rotates, method, path } = workload
  const { connections, warmUpMs, measureMs, sessions } = options
  let jars: readonly CookieJar[] | undefined
  if (sessionBytes !== undefined) {
    jars = made.get(sessionBytes) ?? (await signIn({ url: server.url, count: sessions, sessionBytes, connections }))
    made.set(sessionBytes, jars)
  }
  // After a rotation each session is sealed anew once; in a short time that would be all there is to see.
  // The cookies of a run that rotates are not ours any more: whoever comes next signs in anew.
  if (rotates && sessionBytes !== undefined) made.delete(sessionBytes)
  const windowMs = rotates ? measureMs * ROTATION_WINDOWS : measureMs
  const warmUpRequests = running.warm ? WARM_UP_REQUESTS : FIRST_WARM_UP_REQUESTS
  running.warm = true
  return measure({
    server,
    warmUpRequests,
    method,
    path,
    jars,
    connections,
    warmUpMs,
    measureMs: windowMs,
    cores,
    ...(rotates ? { meanwhile: () => server.rotate() } : {}),
  })
}

function purposeOf({ sliding }: Workload): Purpose {
  return sliding ? 'sliding' : 'plain'
}

function nameOf({ name }: CatalogueEntry, purpose: Purpose): string {
  return `${name} ${purpose}`
}
