import { StoreUnavailableError } from '../errors.ts'
import { loadDriver } from '../load-driver.ts'
import { openOnce } from '../open-once.ts'
import { withTimeLimit } from '../time-limit.ts'
import type { Parameter, PostgresQuery, PostgresTransaction, QueryResult, Rows } from './postgres-driver.ts'
import { toStoreError } from './postgres-errors.ts'
import { createPostgresLanes, type PostgresLane, type PostgresLanes } from './postgres-lanes.ts'
import type { ResolvedPostgresStoreOptions } from './postgres-options.ts'

export interface PostgresConnections {
  /** Runs one statement. Rejects with a coded error, never with the driver's own. */
  run(statement: string, parameters: Parameter[], limitMs: number): Promise<Rows>
  /** Runs several in one transaction. */
  transaction(run: (transaction: PostgresTransaction) => Promise<void>, limitMs: number): Promise<void>
  /** Closes connections of our own; those of the application stay. */
  close(): Promise<void>
}

const SHORT = 1
/** Scans and counts: nothing is sent behind them while there is another connection. */
const LONG = 1000

/** Connections that no silent server can hold: each wait ends, and connections that no longer answer are replaced. */
export function createPostgresConnections(options: ResolvedPostgresStoreOptions): PostgresConnections {
  const { client: given, prepare, timeoutMs } = options
  const opened = openOnce(() => openLanes(options), given && createPostgresLanes([given]))
  let lastAnswerAt = 0
  let replacedAt = 0

  async function run(statement: string, parameters: Parameter[], limitMs: number): Promise<Rows> {
    const lane = (opened.current ?? (await opened.open())).pick()
    const query = lane.client.unsafe(statement, parameters, { prepare })
    const result = await settle(query, lane, limitMs > timeoutMs ? LONG : SHORT, limitMs, () => dropUnsent(query))
    return takeOut(query, result)
  }

  async function transaction(body: (transaction: PostgresTransaction) => Promise<void>, limitMs: number): Promise<void> {
    const lane = (opened.current ?? (await opened.open())).pick()
    await settle(lane.client.begin(body), lane, LONG, limitMs, () => undefined)
  }

  /** A lane is as busy as it is until the work is over, also where nobody waits for a silent server or a lock any longer. */
  async function settle<T>(work: PromiseLike<T>, lane: PostgresLane, load: number, limitMs: number, drop: () => void): Promise<T> {
    const startedAt = performance.now()
    const onLimit = (): Error => {
      drop()
      replaceSilent(startedAt)
      return new StoreUnavailableError('postgres', 'TIMEOUT')
    }
    lane.load += load
    const result = await withTimeLimit(work, limitMs, onLimit, toStoreError, () => (lane.load -= load))
    lastAnswerAt = performance.now()
    return result
  }

  /** A network that swallows packets leaves connections that look open for a quarter of an hour. */
  function replaceSilent(startedAt: number): void {
    const now = performance.now()
    if (given !== undefined || lastAnswerAt > startedAt || now - replacedAt < timeoutMs) return
    replacedAt = now
    void opened.forget()?.end({ timeout: 0 }).catch(() => undefined)
  }

  return {
    run,
    transaction,
    async close() {
      if (given !== undefined) return
      const lanes = await opened.settled()
      await lanes?.end({ timeout: timeoutMs / 1000 })
    },
  }
}

/**
 * Empties the driver's promise of what it was given and of its rows. V8 keeps such a promise until it next goes through
 * everything old, long after the answer, and with all that it holds: most of what a busy server had to copy.
 */
function takeOut({ args, parameters }: PostgresQuery, result: QueryResult): Rows {
  for (const values of [args, parameters]) if (values !== undefined) values.length = 0
  return Object.assign(result.splice(0), { count: result.count })
}

/**
 * A statement that still waits for a connection is not run later, when nobody waits for it. One that was sent is left
 * alone: cancelling it takes a connection of its own, which a server in trouble does not have.
 */
function dropUnsent(query: PostgresQuery): void {
  if (query.state === null) void query.cancel()
}

async function openLanes(options: ResolvedPostgresStoreOptions): Promise<PostgresLanes> {
  const { default: postgres } = await loadDriver('postgres', () => import('postgres'))
  const settings = {
    ...options.driverOptions,
    max: 1,
    prepare: options.prepare,
    connect_timeout: options.timeoutMs / 1000,
    backoff: reconnectSeconds,
    fetch_types: false,
    onnotice: () => undefined,
  }
  return createPostgresLanes(Array.from({ length: options.maxConnections }, () => postgres(options.url ?? '', settings)))
}

/** Below a second, so that the first requests after an outage need not wait. */
function reconnectSeconds(attempts: number): number {
  return Math.min(1, 0.05 * 2 ** attempts) * (0.5 + Math.random() / 2)
}
