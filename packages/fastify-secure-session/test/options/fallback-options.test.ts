import t from 'tap'
import { secureSession } from '../../src/index.ts'
import { chooseLinks } from '../../src/options/fallback-options.ts'
import { resolveOptions } from '../../src/options/resolve-options.ts'

const redis = { USE_REDIS_SESSIONS: 'true', REDIS_URL: 'redis://:hunter2@cache' }
const postgres = { DATABASE_URL: 'postgres://app:hunter2@db/app' }
const linksOf = (env: Record<string, string>, written = {}) => chooseLinks(resolveOptions({ env: { NODE_ENV: 'production', ...env }, ...written }))

t.test('with Redis and PostgreSQL both named, one follows the other; memory comes only where it is asked for', async (t) => {
  t.strictSame(linksOf({ ...redis, ...postgres }), ['redis', 'postgres'])
  t.strictSame(linksOf({ ...redis, ...postgres, SESSION_FALLBACK: 'true' }), ['redis', 'postgres'])
  t.strictSame(linksOf({ ...redis, ...postgres, SESSION_FALLBACK: 'memory' }), ['redis', 'postgres', 'memory'])
  t.strictSame(linksOf({ ...redis, ...postgres, SESSION_FALLBACK: 'false' }), ['redis'])
  t.strictSame(linksOf({ ...redis, ...postgres }, { fallback: false }), ['redis'])
  t.strictSame(linksOf({ ...redis, ...postgres, SESSION_FALLBACK: 'memory' }, { fallback: { memory: false } }), ['redis', 'postgres'])
})

t.test('one store alone is no chain, unless memory is to help out', async (t) => {
  t.strictSame(linksOf(redis), ['redis'])
  t.strictSame(linksOf(postgres), ['postgres'])
  t.strictSame(linksOf({ ...postgres, SESSION_FALLBACK: 'memory' }), ['postgres', 'memory'])
  t.strictSame(linksOf({ SESSION_FALLBACK: 'memory' }), [], 'memory alone is no store for production')
})

t.test('what the environment would do is shown without passwords', async (t) => {
  const described = secureSession.fromEnv({ ...redis, ...postgres, SESSION_FALLBACK: 'memory' })
  t.match(described, { store: 'redis://cache', fallback: ['postgres://db/app', 'memory'] })
  t.notMatch(JSON.stringify(described), 'hunter2')
})

t.test('mistakes are named all at once, without values', async (t) => {
  const fallback = { timeoutMs: Number.NaN, mirror: { maxDelayMs: 0, maxPending: 1.5 } }
  t.throws(() => resolveOptions({ env: { SESSION_FALLBACK: 'perhaps' }, fallback }), {
    name: 'TypeError',
    message: /^(?!.*perhaps)[^]*SESSION_FALLBACK[^]*timeoutMs[^]*maxDelayMs[^]*maxPending/,
  })
})
