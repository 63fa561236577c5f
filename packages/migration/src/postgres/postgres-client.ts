import { MissingDriverError } from '@keyturn/session-stores'
import type Postgres from 'postgres'

export type Parameter = string | number | Buffer | null
/** Rows; and how many a statement wrote that gives none. */
export type Values = readonly (readonly unknown[])[] & { readonly count?: number | null }

/** What is needed of an instance of the `postgres` package to run single statements. */
export interface PostgresClient {
  unsafe(statement: string, parameters?: Parameter[], options?: { prepare?: boolean }): { values(): PromiseLike<Values> }
}

/** Runs one statement and gives the rows as arrays. */
export type RunStatement = (statement: string, parameters?: Parameter[]) => Promise<Values>

/** @param onClose - Called whenever the connection is lost. */
export async function openClient(url: string, onClose: () => void): Promise<Postgres.Sql> {
  const postgres = await loadPostgres()
  return postgres(url, {
    max: 1,
    connect_timeout: 10,
    backoff: () => RECONNECT_SECONDS,
    fetch_types: false,
    onnotice: () => undefined,
    onclose: onClose,
    connection: {
      application_name: 'keyturn migration',
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      // Pages that a crash of the server takes back are claimed again: only the beginning and the end wait for the disk.
      synchronous_commit: 'off',
    },
  })
}

const RECONNECT_SECONDS = 0.2
const LOCK_TIMEOUT_MS = 5000
/** A frozen process must not hold rows for ever. */
const IDLE_IN_TRANSACTION_MS = 60_000

async function loadPostgres(): Promise<typeof Postgres> {
  try {
    const { default: postgres } = await import('postgres')
    return postgres
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') throw new MissingDriverError('postgres')
    throw error
  }
}
