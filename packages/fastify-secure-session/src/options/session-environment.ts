import type { FallbackMode } from './fallback-options.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** What the environment says of sessions. A variable that is empty counts as not set, as shells and compose files write it. */
export interface SessionEnvironment {
  readonly name: string | undefined
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly fallback: FallbackMode | undefined
  readonly nearCache: boolean | undefined
  readonly cookieDomain: string | undefined
  readonly idleTimeoutMs: number | undefined
  readonly sliding: boolean | undefined
  readonly trackClients: boolean | undefined
  readonly checkClients: boolean | undefined
  /** One sentence each, without values. */
  readonly problems: readonly string[]
}

const YES = new Set(['true', '1', 'yes', 'on'])
const NO = new Set(['false', '0', 'no', 'off'])

/** Reads every variable of sessions at once; those of secrets are read with the secrets. */
export function readSessionEnvironment(env: Variables): SessionEnvironment {
  const problems: string[] = []
  const text = (name: string): string | undefined => {
    const value = env[name]?.trim()
    return value === '' ? undefined : value
  }
  const flag = (name: string): boolean | undefined => {
    const value = text(name)?.toLowerCase()
    if (value === undefined || YES.has(value)) return value === undefined ? undefined : true
    if (!NO.has(value)) problems.push(`${name} must be true or false`)
    return false
  }
  const number = (name: string): number | undefined => {
    const value = text(name)
    return value === undefined ? undefined : Number(value)
  }

  const fallback = (): FallbackMode | undefined => {
    const value = text('SESSION_FALLBACK')?.toLowerCase()
    if (value === undefined || value === 'memory') return value
    if (YES.has(value)) return 'durable'
    if (!NO.has(value)) problems.push('SESSION_FALLBACK must be true, false or memory')
    return 'off'
  }

  const useRedis = flag('USE_REDIS_SESSIONS') === true
  const redisUrl = useRedis ? (text('REDIS_URL') ?? composeRedisUrl(text, flag('REDIS_TLS') === true)) : undefined
  if (useRedis && redisUrl === undefined) problems.push('USE_REDIS_SESSIONS needs REDIS_URL or REDIS_HOST')
  if (useRedis && !isPort(text('REDIS_PORT') ?? '6379')) problems.push('REDIS_PORT must be a whole number from 1 to 65535')
  if (flag('SESSION_REGENERATE_ON_LOGIN') === false) {
    problems.push('SESSION_REGENERATE_ON_LOGIN cannot be false: signing in always makes a new session id')
  }
  return {
    name: text('NODE_ENV') ?? text('ENVIRONMENT'),
    databaseUrl: text('DATABASE_URL'),
    redisUrl,
    fallback: fallback(),
    nearCache: flag('SESSION_NEAR_CACHE'),
    cookieDomain: text('COOKIE_DOMAIN'),
    idleTimeoutMs: number('SESSION_TIMEOUT'),
    sliding: flag('SESSION_SLIDING_WINDOW'),
    trackClients: flag('SESSION_TRACK_METADATA'),
    checkClients: flag('SESSION_SUSPICIOUS_ACTIVITY_CHECK'),
    problems,
  }
}

function isPort(text: string): boolean {
  return Number.isInteger(Number(text)) && Number(text) >= 1 && Number(text) <= 65_535
}

function composeRedisUrl(text: (name: string) => string | undefined, tls: boolean): string | undefined {
  const host = text('REDIS_HOST')
  if (host === undefined) return undefined
  const password = text('REDIS_PASSWORD')
  const user = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  return `${tls ? 'rediss' : 'redis'}://${user}${host}:${text('REDIS_PORT') ?? '6379'}`
}
