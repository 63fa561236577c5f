import { spawnNode } from '@keyturn/testing/processes'
import type postgres from 'postgres'
import { fernetOf, fillAccounts, makeKeys } from './accounts.ts'

export interface MemoryUse {
  readonly rows: number
  /** Largest resident set of the process, MiB. */
  readonly peakMiB: number
  /** Largest live heap that was seen after a collection, MiB. */
  readonly heapMiB: number
  readonly rowsPerSecond: number
}

const LIMIT_MS = 30 * 60_000

/** Memory of a process that does nothing but re-encrypt a column of so many rows. */
export async function measureMemory(sql: postgres.Sql, url: string, rows: number): Promise<MemoryUse> {
  const keys = makeKeys()
  await fillAccounts(sql, 'many', { rows, fernet: fernetOf(keys.old) })
  const child = await spawnNode(new URL('./reencrypt-process.ts', import.meta.url), {
    env: { DATABASE_URL: url, OLD_KEY: keys.old, NEW_KEY: keys.current, ROWS: String(rows) },
    nodeArgs: ['--expose-gc'],
  })
  try {
    const [, text = ''] = await child.waitForLine(/^measured (.*)$/, { timeoutMs: LIMIT_MS })
    return JSON.parse(text) as MemoryUse
  } finally {
    await child.kill()
  }
}
