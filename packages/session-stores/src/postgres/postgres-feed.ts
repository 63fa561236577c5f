import { randomUUID } from 'node:crypto'
import { StoreFeedError, StoreUnavailableError } from '../errors.ts'
import { loadDriver } from '../load-driver.ts'
import type { ChangeFeed, ChangeListener } from '../store.ts'
import { withTimeLimit } from '../time-limit.ts'
import type { PostgresClient } from './postgres-driver.ts'
import { toStoreError } from './postgres-errors.ts'
import { CONFIRM } from './postgres-feed-schema.ts'
import type { ResolvedPostgresStoreOptions } from './postgres-options.ts'
import type { PostgresTable } from './postgres-table.ts'

const KEY_BYTES = 32

/**
 * `LISTEN` on a connection of its own, for what triggers of the table notify. Notifications come in the order of commits,
 * so that a token which the store's connections sent has behind it all that was committed before.
 *
 * @see https://www.postgresql.org/docs/current/sql-notify.html
 */
export async function openPostgresFeed(
  options: ResolvedPostgresStoreOptions,
  table: PostgresTable,
  listener: ChangeListener,
): Promise<ChangeFeed> {
  const { timeoutMs } = options
  const { channel, table: tableName } = table.names
  // Tokens have a channel of their own, so that other instances are not woken for them.
  const own = `${channel}_${randomUUID()}`
  const awaited = new Map<string, () => void>()
  let over = false
  let place: unknown

  await table.ensureFeed()
  const client = await openListener(options, {
    onnotify(from, payload) {
      if (over) return
      if (from === own) return awaited.get(payload)?.()
      const key = Buffer.from(payload, 'base64')
      if (key.length === KEY_BYTES) listener.changed(key)
      else listener.changed()
    },
    onclose: lose,
  })

  function close(): void {
    over = true
    void client.end({ timeout: 0 }).catch(() => undefined)
  }

  function lose(): void {
    if (over) return
    close()
    listener.lost(new StoreUnavailableError('postgres', 'FEED_LOST'))
  }

  try {
    const listening = Promise.resolve(client.unsafe(`listen "${channel}"; listen "${own}"`))
    await withTimeLimit(listening, timeoutMs, () => new StoreUnavailableError('postgres', 'TIMEOUT'))
  } catch (error) {
    close()
    throw toStoreError(error)
  }

  /** The table that was there at first is the one that is there now, and tells. */
  async function sendToken(token: string): Promise<void> {
    const [sent] = await table.request(CONFIRM, [own, token, tableName], timeoutMs)
    place ??= sent?.['place']
    if (sent === undefined || sent['place'] !== place) throw new StoreUnavailableError('postgres', 'FEED_LOST')
  }

  return {
    async confirm() {
      if (over) throw new StoreUnavailableError('postgres', 'FEED_LOST')
      const token = randomUUID()
      const { promise, resolve } = Promise.withResolvers<void>()
      awaited.set(token, resolve)
      try {
        await sendToken(token)
        await withTimeLimit(promise, timeoutMs, () => new StoreUnavailableError('postgres', 'FEED_SILENT'))
      } finally {
        awaited.delete(token)
      }
    },
    close: async () => close(),
  }
}

interface Hearing {
  readonly onnotify: (channel: string, payload: string) => void
  readonly onclose: () => void
}

/** Connects as the store does, or as the application's client does. */
async function openListener(options: ResolvedPostgresStoreOptions, hearing: Hearing): Promise<PostgresClient> {
  const { default: postgres } = await loadDriver('postgres', () => import('postgres'))
  const like = options.client === undefined ? options.driverOptions : options.client.options
  if (like === undefined) {
    throw new StoreFeedError('postgres', 'The client does not show its options, to connect likewise. Give the store a url.')
  }
  const settings: Record<string, unknown> = {
    ...like,
    ...hearing,
    max: 1,
    prepare: false,
    idle_timeout: null,
    max_lifetime: null,
    connect_timeout: options.timeoutMs / 1000,
    fetch_types: false,
    onnotice: () => undefined,
  }
  return options.url === undefined ? postgres(settings) : postgres(options.url, settings)
}
