import type { JsonValue } from '@keyturn/session-stores'
import type { EpochMs } from '@keyturn/token-crypto'
import type { LegacySession } from './legacy-store.ts'

type Parsed = Pick<LegacySession, 'data' | 'cookie'> & { readonly cookieExpiresAt: EpochMs | undefined }

/** Reads the JSON that express-session, @fastify/session and their stores write; `undefined` for anything else. */
export function parseSessionJson(json: unknown): Parsed | undefined {
  const value = typeof json === 'string' ? parse(json) : json
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { cookie, ...data } = value as Record<string, unknown>
  // Session data may hold anything; JSON once more makes it plain, whatever a driver parsed it into.
  const plain = JSON.parse(JSON.stringify({ cookie, data })) as { cookie?: unknown; data: Record<string, unknown> }
  const attributes = plain.cookie
  if (typeof attributes !== 'object' || attributes === null) return { data: plain.data, cookieExpiresAt: undefined }
  const known = attributes as Record<string, JsonValue>
  return { data: plain.data, cookie: known, cookieExpiresAt: toTime(known['expires']) }
}

/** As the old application writes it: the cookie it knows, with the expiry of today. */
export function toSessionObject({ data, cookie, expiresAt }: LegacySession, now: EpochMs): Record<string, unknown> {
  const kept = cookie ?? { originalMaxAge: expiresAt - now, httpOnly: true, path: '/' }
  return { ...data, cookie: { ...kept, expires: new Date(expiresAt).toISOString() } }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function toTime(expires: JsonValue | undefined): EpochMs | undefined {
  const time = typeof expires === 'string' ? Date.parse(expires) : expires
  return typeof time === 'number' && Number.isFinite(time) ? time : undefined
}
