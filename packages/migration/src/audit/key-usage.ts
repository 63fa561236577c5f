import type { KeyId } from '@keyturn/token-crypto'
import type { SessionStore } from '@keyturn/session-stores'
import { readColumn, withColumn } from '../column/column-job.ts'
import { type ColumnJobOptions, resolveColumnJobOptions } from '../column/column-job-options.ts'
import { columnPlace } from '../column/column-place.ts'
import { decideInspection } from '../column/decide-column.ts'
import { KeyUsageUnknownError } from '../errors.ts'
import { TOMBSTONE_KEY_ID } from '../live/tombstones.ts'
import { UNREADABLE } from '../report.ts'

/** A column that holds values under keys of the keyring. */
export type RegisteredColumn = Omit<ColumnJobOptions, 'dryRun' | 'job' | 'journalSchema' | 'leaseMs'>

export interface KeyUsageOptions {
  readonly stores?: readonly SessionStore[]
  readonly columns?: readonly RegisteredColumn[]
}

/** What one store or column holds. */
export interface PlaceUsage {
  /** `store postgres`, or `column public.accounts.token`. */
  readonly place: string
  readonly byKeyId: ReadonlyMap<KeyId, number>
  /** Values that no given key opens. Of a store, which is not opened, always 0. */
  readonly unreadable: number
}

export interface KeyUsage {
  readonly places: readonly PlaceUsage[]
  /** Over all places. */
  readonly byKeyId: ReadonlyMap<KeyId, number>
  readonly unreadable: number
  /** Whether nothing is under that key any more, so that it can be retired without loss. */
  isUnused(keyId: KeyId): boolean
}

/**
 * Counts what is under which key: before a key is retired, and before an ephemeral secret is used where sealed data
 * exists. Stores are asked for their statistics, or scanned where they have none; columns are read whole.
 *
 * @throws {KeyUsageUnknownError} KEYTURN_MIGRATION_KEY_USAGE_UNKNOWN: a store has neither statistics nor scan.
 */
export async function countKeyUsage({ stores = [], columns = [] }: KeyUsageOptions): Promise<KeyUsage> {
  const places: PlaceUsage[] = []
  for (const store of stores) places.push(await countStore(store))
  for (const column of columns) places.push(await countColumn(column))
  const byKeyId = new Map<KeyId, number>()
  for (const place of places) {
    for (const [keyId, count] of place.byKeyId) byKeyId.set(keyId, (byKeyId.get(keyId) ?? 0) + count)
  }
  const unreadable = places.reduce((sum, place) => sum + place.unreadable, 0)
  return { places, byKeyId, unreadable, isUnused: (keyId) => (byKeyId.get(keyId) ?? 0) === 0 }
}

async function countStore(store: SessionStore): Promise<PlaceUsage> {
  const place = `store ${store.name}`
  if (store.statistics !== undefined) return { place, byKeyId: sessionsOnly((await store.statistics()).byKeyId), unreadable: 0 }
  if (store.scan === undefined) throw new KeyUsageUnknownError(store.name)
  const byKeyId = new Map<KeyId, number>()
  for await (const { record } of store.scan()) byKeyId.set(record.keyId, (byKeyId.get(record.keyId) ?? 0) + 1)
  return { place, byKeyId: sessionsOnly(byKeyId), unreadable: 0 }
}

function sessionsOnly(byKeyId: ReadonlyMap<KeyId, number>): ReadonlyMap<KeyId, number> {
  return new Map([...byKeyId].filter(([keyId]) => keyId !== TOMBSTONE_KEY_ID))
}

async function countColumn(column: RegisteredColumn): Promise<PlaceUsage> {
  const options = resolveColumnJobOptions('countKeyUsage', column)
  const decide = decideInspection({ from: options.from, placeOf: (key) => columnPlace(options, options.rowOf(key)) })
  const report = await withColumn(options, [], (open) => readColumn(open, { options, decide }))
  return {
    place: `column ${options.schema}.${options.table}.${options.column}`,
    byKeyId: new Map(Object.entries(report.byKeyId)),
    unreadable: UNREADABLE.reduce((sum, reason) => sum + report.outcomes[reason], 0),
  }
}
