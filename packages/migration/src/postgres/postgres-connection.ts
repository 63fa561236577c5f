import type Postgres from 'postgres'
import { DatabaseUnavailableError } from '../errors.ts'
import { openClient, type Parameter, type RunStatement, type Values } from './postgres-client.ts'

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
 * A driver's own transaction goes on writing to a connection that is gone, and the process crashes; and a statement
 * sent between the last error of a socket and its end is never answered. Here each connection stands alone: when it is
 * lost, whatever waits for it is told so, and a new one takes its place.
 */
async function openConnection(url: string): Promise<PostgresConnection> {
  let generation = 0
  let current: Postgres.Sql | undefined
  const waiting = new Set<(error: Error) => void>()

  async function open(): Promise<Postgres.Sql> {
    const opened: Postgres.Sql = await openClient(url, () => {
      if (current === opened) lose(opened)
    })
    current ??= opened
    return opened
  }

  function lose(client: Postgres.Sql): void {
    generation++
    current = undefined
    for (const refuse of waiting) refuse(new DatabaseUnavailableError('CONNECTION_CLOSED'))
    waiting.clear()
    // What the driver still holds back must not run on a connection that nobody watches.
    client.end({ timeout: 0 }).catch(() => undefined)
  }

  async function run(statement: string, parameters: Parameter[] = []): Promise<Values> {
    const client = current ?? (await open())
    const { promise, resolve, reject } = Promise.withResolvers<Values>()
    waiting.add(reject)
    client.unsafe(statement, parameters, { prepare: true }).values().then(resolve, reject)
    return promise.finally(() => waiting.delete(reject))
  }

  await open()
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
    async close() {
      const client = current
      current = undefined
      await client?.end({ timeout: 1 })
    },
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
