import { randomInt } from 'node:crypto'
import type { PostgresClient } from './postgres-client.ts'

/** `keyt` in ASCII: the space of advisory locks in which processes of migrations stand. */
export const WORKER_LOCK_SPACE = 0x6b657974

/** A number that stands for this process as long as its connection lives. */
export interface WorkerLock {
  readonly worker: number
  /** Takes the lock anew when the connection that held it was lost. */
  keep(): Promise<void>
  release(): Promise<void>
}

const CHECK_INTERVAL_MS = 2000

/**
 * Shows other processes that this one is alive: PostgreSQL drops the lock when the connection ends, however it ends.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export async function createWorkerLock(client: PostgresClient): Promise<WorkerLock> {
  const worker = randomInt(1, 2 ** 31 - 1)
  let connection = await take()
  let checkedAt = performance.now()
  let checking: Promise<void> | undefined

  async function take(): Promise<Awaited<ReturnType<PostgresClient['reserve']>>> {
    const reserved = await client.reserve()
    await reserved.unsafe(`select pg_advisory_lock(${WORKER_LOCK_SPACE}, ${worker})`).values()
    return reserved
  }

  async function check(): Promise<void> {
    try {
      await connection.unsafe('select 1').values()
    } catch {
      connection.release()
      connection = await take()
    }
    checkedAt = performance.now()
  }

  return {
    worker,
    keep() {
      if (performance.now() - checkedAt < CHECK_INTERVAL_MS) return Promise.resolve()
      checking ??= check().finally(() => (checking = undefined))
      return checking
    },
    async release() {
      try {
        await connection.unsafe(`select pg_advisory_unlock(${WORKER_LOCK_SPACE}, ${worker})`).values()
        connection.release()
      } catch {
        // The connection is gone, and the lock with it.
      }
    },
  }
}

/** SQL condition: the process of claim `c` has gone. */
export const WORKER_GONE_SQL: string = `not exists (select from pg_locks l where l.locktype = 'advisory'
  and l.database = (select oid from pg_database where datname = current_database())
  and l.classid = ${WORKER_LOCK_SPACE} and l.objid = c.worker::oid and l.objsubid = 2)`

