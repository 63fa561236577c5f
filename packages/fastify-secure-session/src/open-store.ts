import type { SessionStore } from '@keyturn/session-stores'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import { createPostgresStore } from '@keyturn/session-stores/postgres'
import { createRedisStore } from '@keyturn/session-stores/redis'
import type { FastifyBaseLogger } from 'fastify'
import { StoreNotConfiguredError } from './errors.ts'
import type { ResolvedSessionOptions } from './options/resolved-options.ts'

export interface OpenStore {
  readonly store: SessionStore
  /** Closes a store that was opened here; leaves the application's own alone. */
  close(): Promise<void>
}

/** @throws {StoreNotConfiguredError} KEYTURN_STORE_NOT_CONFIGURED: production without a store. */
export function openStore(options: ResolvedSessionOptions, log: FastifyBaseLogger): OpenStore {
  if (options.store !== undefined) return { store: options.store, close: async () => {} }
  if (options.redisUrl !== undefined) return owned(createRedisStore({ url: options.redisUrl }))
  if (options.databaseUrl !== undefined) return owned(createPostgresStore({ url: options.databaseUrl }))
  if (options.production) throw new StoreNotConfiguredError()
  log.warn('Sessions are kept in memory and end with this process. Set DATABASE_URL to keep them in PostgreSQL.')
  return owned(createMemoryStore({ environment: options.environment }))
}

function owned(store: SessionStore): OpenStore {
  return { store, close: () => store.close() }
}
