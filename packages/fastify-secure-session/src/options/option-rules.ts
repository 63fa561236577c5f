import type { ResolvedSessionOptions } from './resolved-options.ts'

interface OptionRule {
  readonly holds: (options: ResolvedSessionOptions) => boolean
  readonly problem: string
}

// RFC 6265 section 4.1.1: a cookie's name is a token of RFC 9110.
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const rules: readonly OptionRule[] = [
  { holds: (o) => isDuration(o.idleTimeoutMs), problem: 'idleTimeoutMs (SESSION_TIMEOUT) must be a whole number of milliseconds, at least 1000' },
  { holds: (o) => isDuration(o.absoluteTimeoutMs), problem: 'absoluteTimeoutMs must be a whole number of milliseconds, at least 1000' },
  { holds: (o) => !(o.absoluteTimeoutMs < o.idleTimeoutMs), problem: 'absoluteTimeoutMs must not be shorter than idleTimeoutMs' },
  {
    holds: (o) => Number.isSafeInteger(o.touchIntervalMs) && o.touchIntervalMs >= 0 && !(o.touchIntervalMs >= o.idleTimeoutMs),
    problem: 'touchIntervalMs must be a whole number of milliseconds, shorter than idleTimeoutMs',
  },
  {
    holds: (o) => o.clientChange === undefined || typeof o.clientChange === 'function' || ['note', 'reauthenticate', 'end'].includes(o.clientChange),
    problem: "clientChange must be 'off', 'note', 'reauthenticate', 'end' or a function",
  },
  { holds: (o) => o.clientChange === undefined || o.trackClients, problem: 'clientChange needs trackClients: there is nothing to compare with otherwise' },
  { holds: (o) => o.databaseUrl === undefined || /^postgres(ql)?:\/\//.test(o.databaseUrl), problem: 'databaseUrl (DATABASE_URL) must begin with postgres:// or postgresql://' },
  { holds: (o) => o.redisUrl === undefined || /^rediss?:\/\//.test(o.redisUrl), problem: 'redisUrl (REDIS_URL) must begin with redis:// or rediss://' },
  { holds: (o) => isCount(o.fallback.timeoutMs), problem: 'fallback.timeoutMs must be a whole number of milliseconds, at least 1' },
  { holds: (o) => isCount(o.fallback.mirror.maxDelayMs), problem: 'fallback.mirror.maxDelayMs must be a whole number of milliseconds, at least 1' },
  { holds: (o) => isCount(o.fallback.mirror.maxPending), problem: 'fallback.mirror.maxPending must be a whole number, at least 1' },
  { holds: (o) => Number.isSafeInteger(o.rememberBytes) && o.rememberBytes >= 0, problem: 'rememberBytes must be a whole number, 0 for none' },
  { holds: (o) => COOKIE_NAME.test(o.cookie.name), problem: 'cookie.name must be a token: letters, digits and !#$%&\'*+-.^_`|~' },
  { holds: (o) => o.cookie.path.startsWith('/'), problem: 'cookie.path must start with a slash' },
  {
    holds: (o) => !o.cookie.name.startsWith('__Host-') || (o.cookie.secure && o.cookie.domain === undefined && o.cookie.path === '/'),
    problem: 'a cookie named __Host-… must be secure, without domain, with path /',
  },
  { holds: (o) => !o.cookie.name.startsWith('__Secure-') || o.cookie.secure, problem: 'a cookie named __Secure-… must be secure' },
  { holds: (o) => ['strict', 'lax', 'none'].includes(o.cookie.sameSite), problem: 'cookie.sameSite must be strict, lax or none' },
  { holds: (o) => o.cookie.sameSite !== 'none' || o.cookie.secure, problem: 'cookie.sameSite none needs cookie.secure: browsers drop it otherwise' },
]

/** @throws {TypeError} naming every rule that does not hold. */
export function checkOptions(options: ResolvedSessionOptions): void {
  const problems = [...options.problems, ...rules.filter((rule) => !rule.holds(options)).map((rule) => rule.problem)]
  if (problems.length === 0) return
  throw new TypeError(`secureSession cannot be registered:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1
}

function isDuration(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1000
}
