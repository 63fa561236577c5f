import type { ServerUsage } from '../app/control.ts'
import { signIn } from '../load/sign-in.ts'
import { catalogue, type CatalogueEntry, type ServerName } from '../plan/catalogue.ts'
import type { Cores } from '../run/cores.ts'
import type { Databases } from '../run/databases.ts'
import { startServer } from '../run/server-process.ts'

export interface MemoryGrowth {
  readonly server: ServerName
  readonly signIns: number
  readonly afterHalf: Growth
  readonly afterAll: Growth
}

/** Over the start, in bytes, after all garbage is gone. */
interface Growth {
  /** Memory of the process. */
  readonly rssBytes: number
  /** JavaScript objects and buffers. */
  readonly heapBytes: number
}

interface MemoryGrowthOptions {
  readonly entry: CatalogueEntry
  readonly signIns: number
  readonly databases: Databases
  readonly cores: Cores
}

const SESSION_BYTES = 500
const CONNECTIONS = 50
/** Code is compiled and pools are filled before growth counts. */
const WARM_UP_SIGN_INS = 2000

/** Memory stores, and ours on a database, which must not grow either. */
export function findMemoryServers(servers: readonly CatalogueEntry[]): CatalogueEntry[] {
  return catalogue.filter((entry) => servers.includes(entry) && (entry.store === 'memory' || entry.role === 'ours'))
}

/** What a server process holds after so many new sessions, over what it held at the start. */
export async function measureMemoryGrowth({ entry, signIns, databases, cores }: MemoryGrowthOptions): Promise<MemoryGrowth> {
  await databases.empty()
  const server = await startServer({ entry, cores, settings: await databases.settingsFor(entry, 'plain') })
  try {
    const { url } = server
    const signInSome = (count: number) => signIn({ url, count, sessionBytes: SESSION_BYTES, connections: CONNECTIONS })
    await signInSome(WARM_UP_SIGN_INS)
    const start = await server.usageWithoutGarbage()
    await signInSome(Math.ceil(signIns / 2))
    const half = await server.usageWithoutGarbage()
    await signInSome(Math.floor(signIns / 2))
    const all = await server.usageWithoutGarbage()
    return { server: entry.name, signIns, afterHalf: growth(start, half), afterAll: growth(start, all) }
  } finally {
    await server.stop()
  }
}

function growth(from: ServerUsage, to: ServerUsage): Growth {
  return { rssBytes: to.rssBytes - from.rssBytes, heapBytes: to.heapBytes - from.heapBytes }
}
