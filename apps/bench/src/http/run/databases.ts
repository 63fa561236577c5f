import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import type { ServerSettings } from '../app/server-settings.ts'
import type { CatalogueEntry } from '../plan/catalogue.ts'

/** Real servers of our own, and a corner of them for each server that is measured. */
export interface Databases {
  readonly redisPort: number
  readonly postgresPort: number
  /** The same for the same entry and purpose until `empty`, so that sessions outlive a restart. */
  settingsFor(entry: CatalogueEntry, purpose: Purpose): Promise<ServerSettings>
  /** Forgets all that was stored: no server is to be measured amid what others left. */
  empty(): Promise<void>
  stop(): Promise<void>
}

/** `sliding` runs beside `plain` with other options, so it has records of its own. */
export type Purpose = 'plain' | 'sliding'

const HOUR_MS = 3_600_000
/** Short, so that expiry really moves while it is measured. */
const SLIDING_IDLE_MS = 60_000

/**
 * Of what one server leaves behind, nothing is cleared away while another is measured: databases are dropped after each
 * round.
 */
const NO_HOUSEKEEPING = { autovacuum: 'off', checkpoint_timeout: '1h', max_wal_size: '8GB' }

export async function startDatabases(): Promise<Databases> {
  const [postgres, redis] = await Promise.all([startPostgres({ parameters: NO_HOUSEKEEPING }), startRedis()])
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'))
  const made = new Map<string, Promise<ServerSettings>>()
  const databases: { drop(): Promise<void> }[] = []
  let emptied = 0

  async function createDatabase(): Promise<string> {
    const database = await postgres.createDatabase()
    databases.push(database)
    return database.url
  }

  async function make(entry: CatalogueEntry, purpose: Purpose): Promise<ServerSettings> {
    return {
      postgresUrl: entry.store === 'postgres' ? await createDatabase() : '',
      // One for all: names of sessions differ by themselves.
      redisUrl: redis.url,
      secretFile: join(folder, `${emptied}-${entry.name}-${purpose}.json`),
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
    async empty() {
      emptied++
      made.clear()
      await flush(redis.url)
      for (const database of databases.splice(0)) await database.drop()
    },
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url)
  await redis.flushall()
  await redis.quit()
}
