import { StoreUnavailableError } from '../errors.ts'
import { loadDriver } from '../load-driver.ts'
import { openOnce } from '../open-once.ts'
import { withTimeLimit } from '../time-limit.ts'
import type { Parameter, PostgresClient, PostgresQuery, PostgresTransaction, Rows } from './postgres-driver.ts'
import { toStoreError } from './postgres-errors.ts'
import type { ResolvedPostgresStoreOptions } from './postgres-options.ts'

export interface PostgresConnections {
  /** Runs one statement. Rejects with a coded error, never with the driver's own. */
  run(statement: string, parameters: Parameter[], limitMs: number): Promise<Rows>
  /** Runs several in one transaction. */
  transaction(run: (transaction: PostgresTransaction) => Promise<void>, limitMs: number): Promise<void>
  /** Closes connections of our own; those of the application stay. */
  close(): Promise<void>
}

/** Connections that no silent server can hold: each wait ends, and connections that no longer answer are replaced. */
export function createPostgresConnections(options: ResolvedPostgresStoreOptions): PostgresConnections {
  const { prepare, timeoutMs } = options
  const opened = openOnce(() => openClient(options), options.client)
  let lastAnswerAt = 0
  let replacedAt = 0

  async function run(statement: string, parameters: Parameter[], limitMs: number): Promise<Rows> {
    const client = opened.current ?? (await opened.open())
    const query = client.unsafe(statement, parameters, { prepare })
    return settle(query, limitMs, () => dropUnsent(query))
  }

  async function transaction(body: (transaction: PostgresTransaction) => Promise<void>, limitMs: number): Promise<void> {
    const client = opened.current ?? (await opened.open())
    await settle(client.begin(body), limitMs, () => undefined)
  }

  async function settle<T>(work: PromiseLike<T>, limitMs: number, drop: () => void): Promise<T> {
    const startedAt = performance.now()
    try {
      const result = await withTimeLimit(work, limitMs, () => {
        drop()
        replaceSilent(startedAt)
        return new StoreUnavailableError('postgres', 'TIMEOUT')
      })
      lastAnswerAt = performance.now()
      return result
    } catch (error) {
      throw toStoreError(error)
    }
  }

  /** A network that swallows packets leaves connections that look open for a quarter of an hour. */
  function replaceSilent(startedAt: number): void {
    const now = performance.now()
    if (options.client !== undefined || lastAnswerAt > startedAt || now - replacedAt < timeoutMs) return
    replacedAt = now
    void opened.forget()?.end({ timeout: 0 }).catch(() => undefined)
  }

  return {
    run,
    transaction,
    async close() {
      if (options.client !== undefined) return
      const client = await opened.settled()
      await client?.end({ timeout: timeoutMs / 1000 })
    },
  }
}

/**
 * A statement that still waits for a connection is not run later, when nobody waits for it. One that was sent is left
 * alone: cancelling it takes a connection of its own, which a server in trouble does not have.
 */
function dropUnsent(query: PostgresQuery): void {
  if (query.state === null) void query.cancel()
}

async function openClient(options: ResolvedPostgresStoreOptions): Promise<PostgresClient> {
  const { default: postgres } = await loadDriver('postgres', () => import('postgres'))
  const client = postgres(options.url ?? '', {
    ...options.driverOptions,
    max: options.maxConnections,
    prepare: options.prepare,
    connect_timeout: options.timeoutMs / 1000,
    backoff: reconnectSeconds,
    fetch_types: false,
    onnotice: () => undefined,
  })
  return client
}

/** Below a second, so that the first requests after an outage need not wait. */
function reconnectSeconds(attempts: number): number {
  return Math.min(1, 0.05 * 2 ** attempts) * (0.5 + Math.random() / 2)
}
