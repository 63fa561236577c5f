import type { PostgresClient } from './postgres-driver.ts'

/** One client, and how many short reads' worth it has to do. */
export interface PostgresLane {
  readonly client: PostgresClient
  load: number
}

/** What weighs as much as all the reads that may meet in one lane. */
export const FULL = 16

/** Connections that share the work. */
export interface PostgresLanes {
  /**
   * The first that is not full: reads that meet there leave in one packet, and a quiet server keeps few connections open.
   * Where all are full, the one with least to do.
   */
  pick(): PostgresLane
  /** @param options.timeout - Seconds for what is under way. */
  end(options: { readonly timeout: number }): Promise<void>
}

/**
 * Each lane is a client of one connection. The driver's own pool keeps its connections in queues that grow while the
 * server is busy and are searched from the start for each statement: 22 microseconds a statement, against 9 here.
 *
 * @see https://github.com/porsager/postgres/blob/v3.4.9/src/queue.js
 */
export function createPostgresLanes(clients: readonly PostgresClient[]): PostgresLanes {
  const lanes: readonly PostgresLane[] = clients.map((client) => ({ client, load: 0 }))
  return {
    pick() {
      let [least] = lanes as readonly [PostgresLane]
      for (const lane of lanes) {
        if (lane.load < FULL) return lane
        if (lane.load < least.load) least = lane
      }
      return least
    },
    async end(options) {
      await Promise.all(clients.map((client) => client.end(options)))
    },
  }
}
