import { signIn } from '../load/sign-in.ts'
import { catalogue, type CatalogueEntry, type ServerName } from '../plan/catalogue.ts'
import type { Cores } from '../run/cores.ts'
import type { Databases } from '../run/databases.ts'
import { startServer } from '../run/server-process.ts'

export interface MemoryGrowth {
  readonly server: ServerName
  readonly signIns: number
  /** Growth of the process's memory, in bytes, after all garbage is gone. */
  readonly rssBytes: number
  /** Growth of JavaScript objects and buffers, in bytes. */
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
  const server = await startServer({ entry, cores, settings: await databases.settingsFor(entry, 'plain') })
  try {
    const { url } = server
    await signIn({ url, count: WARM_UP_SIGN_INS, sessionBytes: SESSION_BYTES, connections: CONNECTIONS })
    const before = await server.usageWithoutGarbage()
    await signIn({ url, count: signIns, sessionBytes: SESSION_BYTES, connections: CONNECTIONS })
    const after = await server.usageWithoutGarbage()
    return {
      server: entry.name,
      signIns,
      rssBytes: after.rssBytes - before.rssBytes,
      heapBytes: after.heapBytes - before.heapBytes,
    }
  } finally {
    await server.stop()
  }
}
