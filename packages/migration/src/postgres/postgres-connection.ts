import type Postgres from 'postgres'
import { DatabaseUnavailableError } from '../errors.ts'
import { openClient, type RunStatement } from './postgres-client.ts'

/** One connection. The driver opens it anew when it is lost; what was begun on the lost one does not go on. */
export interface PostgresConnection {
  /** Changes whenever the connection is lost. */
  readonly generation: number
  run: RunStatement
  /** Runs `body` in a transaction; rejects when the connection is lost in the middle. */
  transaction<T>(body: (run: RunStatement) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * A driver's own transaction goes on writing to a connection that is gone, and the process crashes. Here each
 * connection stands alone and says when it was lost, and nothing more of the transaction is sent.
 */
export async function openConnection(url: string): Promise<PostgresConnection> {
  let generation = 0
  const client: Postgres.Sql = await openClient(url, () => generation++)
  const run: RunStatement = async (statement, parameters = []) => client.unsafe(statement, parameters, { prepare: true }).values()

  return {
    get generation() {
      return generation
    },
    run,
    async transaction(body) {
      await run('begin')
      const begun = generation
      const runHere: RunStatement = (statement, parameters) => {
        // On a fresh connection it would run outside of the transaction.
        if (generation !== begun) return Promise.reject(new DatabaseUnavailableError('CONNECTION_CLOSED'))
        return run(statement, parameters)
      }
      try {
        const result = await body(runHere)
        await runHere('commit')
        return result
      } catch (error) {
        await runHere('rollback').catch(() => undefined)
        throw error
      }
    },
    close: () => client.end({ timeout: 1 }),
  }
}

/** Connections of one job: as many as transactions run at once. */
export interface PostgresPool {
  transaction<T>(body: (run: RunStatement) => Promise<T>): Promise<T>
  /** A connection of its own, until it is closed. */
  connect(): Promise<PostgresConnection>
  close(): Promise<void>
}

export function createPostgresPool(url: string): PostgresPool {
  const all = new Set<PostgresConnection>()
  const idle: PostgresConnection[] = []

  async function connect(): Promise<PostgresConnection> {
    const connection = await openConnection(url)
    all.add(connection)
    return connection
  }

  return {
    connect,
    async transaction(body) {
      const connection = idle.pop() ?? (await connect())
      try {
        return await connection.transaction(body)
      } finally {
        idle.push(connection)
      }
    },
    close: async () => void (await Promise.all([...all].map((connection) => connection.close()))),
  }
}
