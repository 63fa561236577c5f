import { accountForStore } from '../accounting/account.ts'
import { checkKeepsSessions, checkLimit, checkStillKeeps } from '../check/keeps-session.ts'
import type { Measurement } from '../load/measure.ts'
import { findMemoryServers, measureMemoryGrowth, type MemoryGrowth } from '../memory/memory-growth.ts'
import type { BenchOptions } from '../plan/bench-options.ts'
import type { CatalogueEntry } from '../plan/catalogue.ts'
import { type Comparison, planComparisons } from '../plan/comparisons.ts'
import { type Cores, divideCores } from './cores.ts'
import { type Databases, startDatabases } from './databases.ts'
import type { BenchResults, Result } from './results.ts'
import { runRound } from './round.ts'
import { startServer } from './server-process.ts'

/** Where progress is told, one line at a time. */
export type Tell = (line: string) => void

interface Stage {
  readonly options: BenchOptions
  readonly comparisons: readonly Comparison[]
  readonly databases: Databases
  readonly cores: Cores
  readonly tell: Tell
}

/**
 * Checks every server, measures them in turn, and leaves nothing running.
 *
 * @throws {SessionNotKeptError} KEYTURN_BENCH_SESSION_NOT_KEPT: a server does not do what would be measured.
 * @throws {RequestsRefusedError} KEYTURN_BENCH_REQUESTS_REFUSED: an answer was not 2xx.
 * @throws {ServerFailedError} KEYTURN_BENCH_SERVER_FAILED: a server did not start.
 */
export async function runBench(options: BenchOptions, tell: Tell): Promise<BenchResults> {
  const startedAt = new Date()
  const cores = divideCores()
  const comparisons = planComparisons(options)
  tell(cores.pinned ? 'The server has core 0; load and databases have the rest.' : 'Processes share all cores: taskset is missing, or there is one core.')
  const databases = await startDatabases()
  try {
    const stage = { options, comparisons, databases, cores, tell }
    await check(stage)
    const results = await measureRounds(stage)
    const accounts = await account(stage)
    const memory = await measureMemory(stage)
    return {
      results: results.map((result) => ({ ...result, store: accounts.get(result.server)?.get(result.workload) })),
      memory,
      pinned: cores.pinned,
      startedAt,
      finishedAt: new Date(),
    }
  } finally {
    await databases.stop()
  }
}

function measured(comparisons: readonly Comparison[]): CatalogueEntry[] {
  return [...new Set(comparisons.flatMap(({ servers }) => servers))]
}

/** Signs in at one process of each server and asks a second one: sessions must not live in the process. */
async function check({ comparisons, databases, cores, tell }: Stage): Promise<void> {
  for (const entry of measured(comparisons)) {
    const settings = await databases.settingsFor(entry, 'plain')
    await using first = disposable(await startServer({ entry, settings, cores }))
    if (entry.role === 'limit') {
      await checkLimit(first.server)
      continue
    }
    const users = await checkKeepsSessions(first.server)
    await using second = disposable(await startServer({ entry, settings, cores }))
    await checkStillKeeps(second.server, users)
    tell(`${entry.title} keeps its sessions`)
  }
}

async function measureRounds({ options, comparisons, databases, cores, tell }: Stage): Promise<Result[]> {
  const results = comparisons.flatMap(({ workload, servers }) =>
    servers.map((server) => ({ workload: workload.name, server: server.name, rounds: [] as Measurement[], store: undefined })),
  )
  for (let round = 1; round <= options.rounds; round++) {
    // Every other round in reverse, so that a machine that gets slower wrongs nobody.
    const turns = round % 2 === 1 ? comparisons : comparisons.map(({ workload, servers }) => ({ workload, servers: servers.toReversed() }))
    await runRound({
      options,
      comparisons: turns,
      databases,
      cores,
      onMeasured(workload, server, measurement) {
        results.find((result) => result.workload === workload.name && result.server === server.name)?.rounds.push(measurement)
        tell(`Round ${round} of ${options.rounds}  ${workload.title.padEnd(28)}${server.title.padEnd(38)}${Math.round(measurement.requestsPerSecond)}/s`)
      },
    })
  }
  return results
}

async function account({ comparisons, databases, cores }: Stage): Promise<Map<string, Awaited<ReturnType<typeof accountForStore>>>> {
  const accounts = new Map<string, Awaited<ReturnType<typeof accountForStore>>>()
  for (const entry of measured(comparisons)) accounts.set(entry.name, await accountForStore({ entry, comparisons, databases, cores }))
  return accounts
}

async function measureMemory({ options, databases, cores, tell }: Stage): Promise<MemoryGrowth[]> {
  const { servers, memorySignIns } = options
  const growths: MemoryGrowth[] = []
  if (memorySignIns === 0) return growths
  for (const entry of findMemoryServers(servers)) {
    tell(`${memorySignIns} sign-ins at ${entry.title}`)
    growths.push(await measureMemoryGrowth({ entry, signIns: memorySignIns, databases, cores }))
  }
  return growths
}

function disposable<T extends { stop(): Promise<void> }>(server: T): AsyncDisposable & { readonly server: T } {
  return { server, [Symbol.asyncDispose]: async () => server.stop() }
}
