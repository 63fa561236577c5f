import { formatStatistics } from '@keyturn/session-stores'
import type { SessionParts } from './session-parts.ts'

/**
 * Says once, after the start, what the store holds; and in a box, where sealed sessions wait for a secret that is gone.
 * Nobody waits for it: counting millions takes seconds.
 */
export async function reportStart({ store, manager, log }: Pick<SessionParts, 'store' | 'manager' | 'log'>): Promise<void> {
  try {
    const statistics = await store.statistics?.()
    if (statistics === undefined) return
    log.info(formatStatistics(store.name, statistics))
    // Sessions in memory began with this secret; those of a durable store are older than it.
    if (store.supports.durable) manager.announceSealedData([{ place: `sessions in ${store.name}`, count: statistics.active }])
  } catch (err) {
    log.warn({ err }, 'The sessions of the store could not be counted')
  }
}
