import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type BulkProgress, PROGRESS_CHANNEL } from '@keyturn/migration'
import type * as promClient from 'prom-client'
import type { Registry } from 'prom-client'
import type { MetricsRegistry } from './session-metrics.ts'

/**
 * Follows bulk runs of `@keyturn/migration` in this process, such as `reencryptColumn`: how many items they moved, left
 * and could not read, and how fast. Dry runs move nothing and are left out.
 *
 * @returns Ends it.
 */
export async function watchMigrations(registry: MetricsRegistry): Promise<() => void> {
  const metrics = createMigrationMetrics(await import('prom-client'), registry as unknown as Registry)
  const listener = (progress: unknown): void => metrics.onProgress(progress as BulkProgress)
  subscribe(PROGRESS_CHANNEL, listener)
  return () => void unsubscribe(PROGRESS_CHANNEL, listener)
}

interface MigrationMetrics {
  onProgress(progress: BulkProgress): void
}

function createMigrationMetrics({ Counter, Gauge }: typeof promClient, registry: Registry): MigrationMetrics {
  const registers = [registry]
  const items = new Gauge({
    name: 'keyturn_migration_items',
    help: 'Items that a bulk run has dealt with, by outcome.',
    labelNames: ['job', 'outcome'] as const,
    registers,
  })
  const left = new Gauge({
    name: 'keyturn_migration_items_left',
    help: 'Items that a bulk run has not looked at yet; absent where nobody knows how many there are.',
    labelNames: ['job'] as const,
    registers,
  })
  const rate = new Gauge({
    name: 'keyturn_migration_items_per_second',
    help: 'Rate of a bulk run since it began.',
    labelNames: ['job'] as const,
    registers,
  })
  const running = new Gauge({
    name: 'keyturn_migration_running',
    help: 'Whether a bulk run is under way.',
    labelNames: ['job'] as const,
    registers,
  })
  const runs = new Counter({
    name: 'keyturn_migration_runs_total',
    help: 'Bulk runs by how they ended.',
    labelNames: ['job', 'state'] as const,
    registers,
  })
  return {
    onProgress({ job, dryRun, state, done, total, outcomes, itemsPerSecond }) {
      if (dryRun) return
      for (const [outcome, count] of Object.entries(outcomes)) items.set({ job, outcome }, count)
      if (total !== undefined) left.set({ job }, state === 'done' ? 0 : Math.max(0, total - done))
      rate.set({ job }, itemsPerSecond)
      running.set({ job }, state === 'running' ? 1 : 0)
      if (state !== 'running') runs.inc({ job, state })
    },
  }
}
