import { randomInt } from 'node:crypto'
import type { PostgresPool } from './postgres-connection.ts'

/** `keyt` in ASCII: the space of advisory locks in which processes of migrations stand. */
const WORKER_LOCK_SPACE = 0x6b657974

/** A number that stands for this process as long as its connection lives. */
export interface WorkerLock {
  readonly worker: number
  /** Takes the lock anew when the connection that held it was lost. */
  keep(): Promise<void>
}

/**
 * Shows other processes that this one is alive: PostgreSQL drops the lock when the connection ends, however it ends.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export async function createWorkerLock(pool: PostgresPool): Promise<WorkerLock> {
  const worker = randomInt(1, 2 ** 31 - 1)
  const connection = await pool.connect()
  let lockedIn: number | undefined
  let taking: Promise<void> | undefined

  async function take(): Promise<void> {
    await connection.run(`select pg_advisory_lock(${WORKER_LOCK_SPACE}, ${worker})`)
    lockedIn = connection.generation
  }

  return {
    worker,
    keep() {
      if (lockedIn === connection.generation) return Promise.resolve()
      taking ??= take().finally(() => (taking = undefined))
      return taking
    },
  }
}

/** SQL condition: the process of claim `c` has gone. */
export const WORKER_GONE_SQL: string = `not exists (select from pg_locks l where l.locktype = 'advisory'
  and l.database = (select oid from pg_database where datname = current_database())
  and l.classid = ${WORKER_LOCK_SPACE} and l.objid = c.worker::oid and l.objsubid = 2)`
