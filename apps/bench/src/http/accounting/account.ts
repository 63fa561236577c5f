import { setTimeout as sleep } from 'node:timers/promises'
import { startBrowsers } from '../load/browsers.ts'
import { signIn } from '../load/sign-in.ts'
import type { CatalogueEntry } from '../plan/catalogue.ts'
import type { Comparison } from '../plan/comparisons.ts'
import type { Workload, WorkloadName } from '../plan/workloads.ts'
import type { Cores } from '../run/cores.ts'
import type { Databases, Purpose } from '../run/databases.ts'
import { type RunningServer, startServer } from '../run/server-process.ts'
import { type CountingProxy, startCountingProxy, type Traffic } from './counting-proxy.ts'
import { createPostgresCounter } from './postgres-statements.ts'
import { createRedisCounter } from './redis-commands.ts'

const USERS = 40
const REQUESTS = 400
/** One request after the other: those that come at once may share a statement. */
const CONNECTIONS = 1
/** For writes that no reply waits for. */
const SETTLE_MS = 200

interface AccountOptions {
  readonly entry: CatalogueEntry
  readonly comparisons: readonly Comparison[]
  readonly databases: Databases
  readonly cores: Cores
}

/** What one request of each workload costs at the store: counted outside of the timed runs, by a proxy that would slow them. */
export async function accountForStore({ entry, comparisons, databases, cores }: AccountOptions): Promise<Map<WorkloadName, Traffic>> {
  const accounts = new Map<WorkloadName, Traffic>()
  if (entry.store !== 'redis' && entry.store !== 'postgres') return accounts
  const mine = comparisons.filter(({ servers }) => servers.includes(entry)).map(({ workload }) => workload)
  for (const purpose of ['plain', 'sliding'] satisfies Purpose[]) {
    const workloads = mine.filter(({ sliding, rotates }) => sliding === (purpose === 'sliding') && !rotates)
    if (workloads.length === 0) continue
    await databases.empty()
    await using proxied = await startProxied({ entry, purpose, databases, cores })
    for (const workload of workloads) accounts.set(workload.name, await countOne(workload, proxied))
  }
  return accounts
}

interface Proxied extends AsyncDisposable {
  readonly server: RunningServer
  readonly proxy: CountingProxy
}

async function startProxied({ entry, purpose, databases, cores }: Omit<AccountOptions, 'comparisons'> & { purpose: Purpose }): Promise<Proxied> {
  const proxy = await startCountingProxy(
    entry.store === 'redis'
      ? { port: databases.redisPort, createCounter: createRedisCounter }
      : { port: databases.postgresPort, createCounter: createPostgresCounter },
  )
  const settings = await databases.settingsFor(entry, purpose)
  const server = await startServer({
    entry,
    cores,
    settings: { ...settings, redisUrl: throughProxy(settings.redisUrl, proxy), postgresUrl: throughProxy(settings.postgresUrl, proxy) },
  })
  return {
    server,
    proxy,
    async [Symbol.asyncDispose]() {
      await server.stop()
      await proxy.close()
    },
  }
}

function throughProxy(url: string, { port }: CountingProxy): string {
  if (url === '') return url
  const changed = new URL(url)
  changed.port = String(port)
  return changed.href
}

async function countOne({ method, path, sessionBytes }: Workload, { server, proxy }: Proxied): Promise<Traffic> {
  const { url } = server
  const jars = sessionBytes === undefined ? undefined : await signIn({ url, count: USERS, sessionBytes, connections: CONNECTIONS })
  const request = async (amount: number): Promise<void> => {
    const browsers = startBrowsers({
      url,
      method,
      path,
      connections: CONNECTIONS,
      amount,
      ...(jars === undefined ? {} : { jars }),
      onResponse: () => {},
      onError: () => {},
    })
    await browsers.ended
    await sleep(SETTLE_MS)
  }
  // Connections and prepared statements come first, and are not counted.
  await request(REQUESTS / 4)
  const before = proxy.traffic
  await request(REQUESTS)
  const after = proxy.traffic
  return {
    commands: (after.commands - before.commands) / REQUESTS,
    bytesToStore: (after.bytesToStore - before.bytesToStore) / REQUESTS,
    bytesFromStore: (after.bytesFromStore - before.bytesFromStore) / REQUESTS,
  }
}
