import { formatStatistics } from '@keyturn/session-stores'
import { asChain } from './chain/as-chain.ts'
import type { SessionParts } from './session-parts.ts'

/**
 * Says once, after the start, what the store holds; and in a box, where sealed sessions wait for a secret that is gone.
 * Nobody waits for it: counting millions takes seconds.
 */
export async function reportStart({ store, manager, log }: Pick<SessionParts, 'store' | 'manager' | 'log'>): Promise<void> {
  await reportChain({ store, log })
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

/** Says which stores there are, and with which of them the server starts; what is wrong with the others has its own line. */
async function reportChain({ store, log }: Pick<SessionParts, 'store' | 'log'>): Promise<void> {
  const chain = asChain(store)
  if (chain === undefined) return
  const names = chain.status().links.map(({ name }) => name)
  try {
    await store.ping()
    log.info({ links: names, serving: chain.status().serving }, `Sessions rest in ${names.join(', then ')}`)
  } catch (err) {
    log.error({ err, links: names }, 'No session store answers: requests with a session get 503 until one does')
  }
}
