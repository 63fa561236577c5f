import { type Clock, type EpochMs, systemClock } from '@keyturn/token-crypto'
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
const KEY_GONE = -2
const NO_EXPIRY = -1

/**
 * Sessions of connect-redis: JSON under `prefix` and id. The key's time to live is the truth; connect-redis does not
 * renew the expiry inside the JSON when a session is only touched.
 *
 * @see https://github.com/tj/connect-redis
 */
export function createConnectRedisReader({ client, prefix = 'sess:', clock = systemClock }: ConnectRedisOptions): LegacyStore {
  let knowsExpireTime = true

  async function read(id: string): Promise<LegacySession | undefined> {
    const key = prefix + id
    const [json, expiresAt] = await Promise.all([client.call('GET', key), readExpiry(key)])
    const parsed = json === null ? undefined : parseSessionJson(json)
    if (parsed === undefined || expiresAt === 'gone') return undefined
    const { data, cookie, cookieExpiresAt } = parsed
    const session = { id, data, expiresAt: expiresAt ?? cookieExpiresAt ?? clock.now() + DAY_MS }
    return cookie === undefined ? session : { ...session, cookie }
  }

  /** By Redis's own clock; before Redis 7 by what is left, which a busy process reads a little late. */
  async function readExpiry(key: string): Promise<EpochMs | 'gone' | undefined> {
    const askedAt = clock.now()
    const answer = knowsExpireTime ? await client.call('PEXPIRETIME', key).catch(forgetExpireTime) : undefined
    const time = Number(answer ?? (await client.call('PTTL', key)))
    if (time === KEY_GONE) return 'gone'
    if (time === NO_EXPIRY) return undefined
    return answer === undefined ? askedAt + time : time
  }

  function forgetExpireTime(error: unknown): undefined {
    if (!/unknown command/i.test((error as Error).message)) throw error
    knowsExpireTime = false
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
