import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import type { ServerSettings } from '../app/server-settings.ts'
import type { CatalogueEntry } from '../plan/catalogue.ts'

/** Real servers of our own, and a corner of them for each server that is measured. */
export interface Databases {
  readonly redisPort: number
  readonly postgresPort: number
  /** The same for the same entry and purpose, so that sessions outlive a restart. */
  settingsFor(entry: CatalogueEntry, purpose: Purpose): Promise<ServerSettings>
  stop(): Promise<void>
}

/** `sliding` runs beside `plain` with other options, so it has records of its own. */
export type Purpose = 'plain' | 'sliding'

const HOUR_MS = 3_600_000
/** Short, so that expiry really moves while it is measured. */
const SLIDING_IDLE_MS = 60_000

export async function startDatabases(): Promise<Databases> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'))
  const made = new Map<string, Promise<ServerSettings>>()

  async function make(entry: CatalogueEntry, purpose: Purpose): Promise<ServerSettings> {
    return {
      postgresUrl: entry.store === 'postgres' ? (await postgres.createDatabase()).url : '',
      // Redis has 16 databases and more servers use it than that: a number would tell nothing. Names differ by themselves.
      redisUrl: redis.url,
      secretFile: join(folder, `${entry.name}-${purpose}.json`),
      idleTimeoutMs: purpose === 'sliding' ? SLIDING_IDLE_MS : HOUR_MS,
      rolling: purpose === 'sliding',
    }
  }

  return {
    redisPort: redis.port,
    postgresPort: postgres.port,
    settingsFor(entry, purpose) {
      const name = `${entry.name} ${purpose}`
      const settings = made.get(name) ?? make(entry, purpose)
      made.set(name, settings)
      return settings
    },
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
