import type { SessionStore } from '@keyturn/session-stores'
import { createNearCache, type NearCache } from '@keyturn/session-stores/near-cache'
import type { FastifyBaseLogger } from 'fastify'
import type { ResolvedSessionOptions } from '../options/resolved-options.ts'

export interface OpenNearCacheOptions {
  readonly options: Pick<ResolvedSessionOptions, 'nearCache'>
  /** Closed by whoever opened it. */
  readonly store: SessionStore
  readonly log: FastifyBaseLogger
}

/**
 * `undefined` where none is asked for, or where sessions are in the memory of this process anyhow.
 *
 * @throws {StoreFeedError} KEYTURN_STORE_FEED: the store cannot tell of changes.
 */
export function openNearCache({ options, store, log }: OpenNearCacheOptions): NearCache | undefined {
  if (options.nearCache === undefined || !store.supports.durable) return undefined
  return createNearCache({ ...store, close: async () => {} }, {
    ...options.nearCache,
    onState(state, err) {
      if (state === 'answering') log.info('The near cache answers: the session store tells of every change')
      else log.warn({ err }, 'The near cache is bypassed: each session is read from the store until that tells of changes again')
    },
  })
}
