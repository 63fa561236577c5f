import type { NearCache } from '@keyturn/session-stores/near-cache'
import type * as promClient from 'prom-client'
import type { Metric } from 'prom-client'

/** Read from the near cache when metrics are collected. */
export function createNearCacheMetrics({ Counter, Gauge }: typeof promClient, cache: NearCache): Metric[] {
  const reads = new Counter({
    name: 'keyturn_session_near_cache_reads_total',
    help: 'Reads of sessions by how the near cache took them.',
    labelNames: ['outcome'],
    registers: [],
    collect() {
      const { hits, misses, bypasses } = cache.cacheStatus()
      this.reset()
      this.inc({ outcome: 'hit' }, hits)
      this.inc({ outcome: 'miss' }, misses)
      this.inc({ outcome: 'bypass' }, bypasses)
    },
  })
  const bytes = new Gauge({
    name: 'keyturn_session_near_cache_bytes',
    help: 'Bytes of the records that the near cache keeps.',
    registers: [],
    collect() {
      this.set(cache.cacheStatus().bytes)
    },
  })
  return [reads, bytes]
}
