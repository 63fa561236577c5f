import { MissingDriverError } from '@keyturn/session-stores'
import type Postgres from 'postgres'

export type Parameter = string | number | Buffer | null
export type Values = readonly (readonly unknown[])[]

/** A statement under way, as the `postgres` package gives it. */
export interface PostgresQuery {
  values(): PromiseLike<Values>
}

interface PostgresRunner {
  unsafe(statement: string, parameters?: Parameter[], options?: { prepare?: boolean }): PostgresQuery
}

/** What a migration needs of an instance of the `postgres` package. */
export interface PostgresClient extends PostgresRunner {
  begin<T>(run: (transaction: PostgresRunner) => Promise<T>): Promise<unknown>
  reserve(): Promise<PostgresRunner & { release(): void }>
  end(options?: { timeout?: number }): Promise<void>
}

/** Runs one statement of a transaction and gives the rows as arrays. */
export type RunStatement = (statement: string, parameters?: Parameter[]) => Promise<Values>

const LOCK_TIMEOUT_MS = 5000
/** A frozen process must not hold rows for ever. */
const IDLE_IN_TRANSACTION_MS = 60_000

/** @param maxConnections - One a worker, one to show that the process lives, one to spare. */
export async function openPostgres(url: string, maxConnections: number): Promise<PostgresClient> {
  const postgres = await loadPostgres()
  return postgres(url, {
    max: maxConnections,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => undefined,
    connection: {
      application_name: 'keyturn migration',
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
  })
}

async function loadPostgres(): Promise<typeof Postgres> {
  try {
    const { default: postgres } = await import('postgres')
    return postgres
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') throw new MissingDriverError('postgres')
    throw error
  }
}
