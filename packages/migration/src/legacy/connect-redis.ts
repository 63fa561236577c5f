import { type Clock, systemClock } from '@keyturn/token-crypto'
import type { LegacySession, LegacyStore } from './legacy-store.ts'
import { parseSessionJson, toSessionObject } from './session-json.ts'

/** What is needed of an instance of `ioredis`. */
export interface RedisClient {
  call(command: string, ...args: string[]): Promise<unknown>
}

export interface ConnectRedisOptions {
  readonly client: RedisClient
  /** As given to connect-redis. Default `sess:`. */
  readonly prefix?: string
  readonly clock?: Clock
}

const DAY_MS = 86_400_000
const SCAN_COUNT = '1000'

/**
 * Sessions of connect-redis: JSON under `prefix` and id. The key's time to live is the truth; connect-redis does not
 * renew the expiry inside the JSON when a session is only touched.
 *
 * @see https://github.com/tj/connect-redis
 */
export function createConnectRedisReader({ client, prefix = 'sess:', clock = systemClock }: ConnectRedisOptions): LegacyStore {
  async function read(id: string): Promise<LegacySession | undefined> {
    const key = prefix + id
    const [json, ttlMs] = await Promise.all([client.call('GET', key), client.call('PTTL', key)])
    return toSession(id, json, Number(ttlMs))
  }

  function toSession(id: string, json: unknown, ttlMs: number): LegacySession | undefined {
    const parsed = json === null ? undefined : parseSessionJson(json)
    // -2: it went between the two commands.
    if (parsed === undefined || ttlMs === -2) return undefined
    const now = clock.now()
    const expiresAt = ttlMs >= 0 ? now + ttlMs : (parsed.cookieExpiresAt ?? now + DAY_MS)
    const { data, cookie } = parsed
    return cookie === undefined ? { id, data, expiresAt } : { id, data, expiresAt, cookie }
  }

  async function* scan(): AsyncIterable<LegacySession> {
    let cursor = '0'
    do {
      const [next, keys] = (await client.call('SCAN', cursor, 'MATCH', `${escapeGlob(prefix)}*`, 'COUNT', SCAN_COUNT)) as [string, string[]]
      cursor = next
      const sessions = await Promise.all(keys.map((key) => read(key.slice(prefix.length))))
      for (const session of sessions) if (session !== undefined) yield session
    } while (cursor !== '0')
  }

  return Object.freeze({
    name: 'connect-redis',
    read,
    scan,
    async write(session: LegacySession, mode: 'create' | 'update') {
      const json = JSON.stringify(toSessionObject(session, clock.now()))
      const condition = mode === 'update' ? ['XX'] : []
      await client.call('SET', prefix + session.id, json, 'PXAT', String(Math.ceil(session.expiresAt)), ...condition)
    },
    destroy: async (id: string) => (await client.call('DEL', prefix + id)) === 1,
  })
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}
