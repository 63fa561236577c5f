import type { SecretManager } from '@keyturn/secret-providers'
import type { SessionStore } from '@keyturn/session-stores'
import type { ChainEvent } from '@keyturn/session-stores/failover'
import type { NearCache } from '@keyturn/session-stores/near-cache'
import type * as promClient from 'prom-client'
import type { Gauge, Registry } from 'prom-client'
import { asChain } from '../chain/as-chain.ts'
import { MissingPackageError } from '../errors.ts'
import type { SessionEvent } from '../events/session-events.ts'
import { createChainCounters, createChainGauges } from './chain-metrics.ts'
import { createNearCacheMetrics } from './near-cache-metrics.ts'
import type { StoreOperation } from './observed-store.ts'

/** A `Registry` of prom-client: the application's own, such as its `register`. */
export interface MetricsRegistry {
  registerMetric(metric: never): void
  metrics(): Promise<string>
}

/** How reading a session for a request that carries a valid cookie came out. */
export type ReadOutcome = 'live' | 'absent' | 'unreadable' | 'unavailable'

/** What is counted and timed. No label names a user or a session. */
export interface SessionMetrics {
  onEvent(event: SessionEvent): void
  onRead(outcome: ReadOutcome): void
  onStoreOperation(operation: StoreOperation): void
  onChainEvent(event: ChainEvent): void
  /** Where a chain of stores stands, read when metrics are collected. Nothing for a store that is none. */
  watchChain(store: SessionStore): void
  watchNearCache(cache: NearCache): void
  /** Age and number of keys, read when metrics are collected. */
  watchSecret(manager: SecretManager): void
}

// From a memory store to a time limit of two seconds.
const SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/**
 * Registers the metrics of sessions.
 *
 * @throws {MissingPackageError} KEYTURN_PACKAGE_MISSING: prom-client is not installed.
 * @see https://prometheus.io/docs/practices/naming/
 */
export async function createSessionMetrics(registry: MetricsRegistry): Promise<SessionMetrics> {
  const client = await loadPromClient()
  const { Counter, Histogram } = client
  const registers = [registry as unknown as Registry]
  const events = new Counter({
    name: 'keyturn_session_events_total',
    help: 'Session events by type.',
    labelNames: ['type'] as const,
    registers,
  })
  const reads = new Counter({
    name: 'keyturn_session_reads_total',
    help: 'Sessions read for requests with a valid cookie, by outcome.',
    labelNames: ['outcome'] as const,
    registers,
  })
  const operations = new Histogram({
    name: 'keyturn_session_store_seconds',
    help: 'Time of session store operations.',
    labelNames: ['store', 'operation', 'outcome'] as const,
    buckets: SECONDS_BUCKETS,
    registers,
  })
  const chain = createChainCounters(client)
  return {
    onEvent: ({ type }) => events.inc({ type }),
    onRead: (outcome) => reads.inc({ outcome }),
    onStoreOperation: ({ seconds, ...labels }) => operations.observe(labels, seconds),
    onChainEvent: chain.onChainEvent,
    watchChain(store) {
      const watched = asChain(store)
      if (watched === undefined) return
      for (const metric of [...chain.metrics, ...createChainGauges(client, watched)]) registers[0]?.registerMetric(metric)
    },
    watchNearCache(cache) {
      for (const metric of createNearCacheMetrics(client, cache)) registers[0]?.registerMetric(metric)
    },
    watchSecret(manager) {
      for (const gauge of secretGauges(client, manager)) registers[0]?.registerMetric(gauge)
    },
  }
}

type PromClient = typeof promClient

function secretGauges({ Gauge }: PromClient, manager: SecretManager): Gauge[] {
  const age = new Gauge({
    name: 'keyturn_secret_age_seconds',
    help: 'Age of the secret that signs and seals; absent where its source does not know.',
    registers: [],
    collect() {
      const { primaryAgeMs } = manager.status()
      if (primaryAgeMs !== undefined) this.set(primaryAgeMs / 1000)
    },
  })
  const keys = new Gauge({
    name: 'keyturn_secret_keys',
    help: 'Keys by state.',
    labelNames: ['state'],
    registers: [],
    collect() {
      const { keys: all } = manager.status()
      for (const state of ['pending', 'primary', 'retiring']) {
        this.set({ state }, all.filter((key) => key.state === state).length)
      }
    },
  })
  const failures = new Gauge({
    name: 'keyturn_secret_source_failures',
    help: 'Loads of the secret that failed since the last good one.',
    registers: [],
    collect() {
      this.set(manager.status().failures)
    },
  })
  return [age, keys, failures]
}

async function loadPromClient(): Promise<PromClient> {
  try {
    return await import('prom-client')
  } catch {
    throw new MissingPackageError('prom-client')
  }
}
