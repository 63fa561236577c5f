import { StoreUnavailableError } from '../errors.ts'
import { withTimeLimit } from '../time-limit.ts'
import { createPostgresConnections } from './postgres-client.ts'
import type { Parameter, Rows } from './postgres-driver.ts'
import { isMissingTable, isRetryable } from './postgres-errors.ts'
import { ensureFeed } from './postgres-feed-schema.ts'
import { createPostgresNames, type PostgresNames } from './postgres-names.ts'
import type { ResolvedPostgresStoreOptions } from './postgres-options.ts'
import { ensureSchema } from './postgres-schema.ts'
import { createPostgresStatements, type PostgresStatements } from './postgres-statements.ts'

/** A table that is made when the first statement needs it, and again should someone drop it. */
export interface PostgresTable {
  readonly names: PostgresNames
  readonly statements: PostgresStatements
  readonly timeoutMs: number
  /** Makes what tells of changes, where it is not there. */
  ensureFeed(): Promise<void>
  /** @throws {StoreUnavailableError} KEYTURN_STORE_UNAVAILABLE: no answer within `limitMs`, making the table included. */
  request(statement: string, parameters: Parameter[], limitMs: number): Promise<Rows>
  close(): Promise<void>
}

const MOST_ATTEMPTS = 4

export function createPostgresTable(options: ResolvedPostgresStoreOptions): PostgresTable {
  const { createTable, timeoutMs, maintenanceTimeoutMs } = options
  const connections = createPostgresConnections(options)
  const names = createPostgresNames(options)
  let ready = false
  let making: Promise<void> | undefined

  function ensure(): Promise<void> {
    making ??= ensureSchema({ connections, names, createTable, timeoutMs, maintenanceTimeoutMs })
      .then(() => void (ready = true))
      .finally(() => (making = undefined))
    return making
  }

  async function request(statement: string, parameters: Parameter[], limitMs: number): Promise<Rows> {
    if (!ready) return requestSlowly(statement, parameters, limitMs)
    try {
      return await connections.run(statement, parameters, limitMs)
    } catch (error) {
      if (!isMissingTable(error) && !isRetryable(error)) throw error
      if (isMissingTable(error)) ready = false
      return requestSlowly(statement, parameters, limitMs)
    }
  }

  function requestSlowly(statement: string, parameters: Parameter[], limitMs: number): Promise<Rows> {
    const work = tryTo(() => connections.run(statement, parameters, limitMs))
    return withTimeLimit(work, limitMs, () => new StoreUnavailableError('postgres', 'TIMEOUT'))
  }

  async function tryTo(run: () => Promise<Rows>): Promise<Rows> {
    for (let attempt = 1; ; attempt++) {
      if (!ready) await ensure()
      try {
        return await run()
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !(isMissingTable(error) || isRetryable(error))) throw error
        if (isMissingTable(error)) ready = false
      }
    }
  }

  return {
    names,
    statements: createPostgresStatements(names),
    timeoutMs,
    async ensureFeed() {
      await ensure()
      await ensureFeed({ connections, names, createTable, timeoutMs, maintenanceTimeoutMs })
    },
    request,
    close: () => connections.close(),
  }
}
