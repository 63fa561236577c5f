import type { SessionStore } from '@keyturn/session-stores'
import { type ChainEvent, createFailoverStore } from '@keyturn/session-stores/failover'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import { createPostgresStore } from '@keyturn/session-stores/postgres'
import { createRedisStore } from '@keyturn/session-stores/redis'
import type { FastifyBaseLogger } from 'fastify'
import { StoreNotConfiguredError } from './errors.ts'
import { chooseLinks } from './options/fallback-options.ts'
import type { ResolvedSessionOptions } from './options/resolved-options.ts'

export interface OpenStore {
  readonly store: SessionStore
  /** Closes a store that was opened here; leaves the application's own alone. */
  close(): Promise<void>
}

export interface OpenStoreOptions {
  readonly options: ResolvedSessionOptions
  readonly log: FastifyBaseLogger
  /** Hears of each step, where a chain of stores is opened. */
  readonly onChainEvent: (event: ChainEvent) => void
}

/**
 * Opens what the options name: one store, or a chain that goes on with the next one. No store is asked for anything yet,
 * so that a server starts while one of them is down.
 *
 * @throws {StoreNotConfiguredError} KEYTURN_STORE_NOT_CONFIGURED: production without a store.
 */
export function openStore({ options, log, onChainEvent }: OpenStoreOptions): OpenStore {
  if (options.store !== undefined) return { store: options.store, close: async () => {} }
  const links = openLinks(options)
  const [first] = links
  if (first === undefined) return openMemory(options, log)
  if (links.length === 1) return owned(first)
  const { timeoutMs, mirror } = options.fallback
  return owned(createFailoverStore(links, { timeoutMs, mirror, onEvent: onChainEvent }))
}

function openLinks(options: ResolvedSessionOptions): SessionStore[] {
  const names = chooseLinks(options)
  // A store that answers later than the chain waits would write what nobody knows of.
  const limit = names.length > 1 ? { timeoutMs: options.fallback.timeoutMs } : {}
  return names.map((name) => {
    if (name === 'redis') return createRedisStore({ url: options.redisUrl ?? '', ...limit })
    if (name === 'postgres') return createPostgresStore({ url: options.databaseUrl ?? '', ...limit })
    // It was asked for: the warning that memory is not durable comes when it serves.
    return createMemoryStore({ environment: options.environment, warn: () => {} })
  })
}

function openMemory(options: ResolvedSessionOptions, log: FastifyBaseLogger): OpenStore {
  if (options.production) throw new StoreNotConfiguredError()
  log.warn('Sessions are kept in memory and end with this process. Set DATABASE_URL to keep them in PostgreSQL.')
  return owned(createMemoryStore({ environment: options.environment }))
}

function owned(store: SessionStore): OpenStore {
  return { store, close: () => store.close() }
}
