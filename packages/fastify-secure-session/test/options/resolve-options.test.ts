import t from 'tap'
import { resolveOptions } from '../../src/options/resolve-options.ts'

const DAY_MS = 86_400_000

t.test('production is secure by default', async (t) => {
  const { production, cookie, idleTimeoutMs, absoluteTimeoutMs, touchIntervalMs } = resolveOptions({ env: { NODE_ENV: 'production' } })
  t.equal(production, true)
  t.strictSame(cookie, { name: '__Host-sid', domain: undefined, path: '/', secure: true, sameSite: 'strict' })
  t.strictSame({ idleTimeoutMs, absoluteTimeoutMs, touchIntervalMs }, { idleTimeoutMs: 7 * DAY_MS, absoluteTimeoutMs: 30 * DAY_MS, touchIntervalMs: 3_600_000 })
})

t.test('development and test are relaxed, every other name is production', async (t) => {
  for (const environment of ['development', 'test']) t.equal(resolveOptions({ environment, env: {} }).production, false)
  for (const environment of ['production', 'staging', 'prod', 'qa', 'Development']) t.equal(resolveOptions({ environment, env: {} }).production, true)
  t.equal(resolveOptions({ env: {} }).environment, 'development')
  t.equal(resolveOptions({ env: { NODE_ENV: ' ', ENVIRONMENT: 'staging' } }).environment, 'staging')
})

t.test('the __Host- prefix is used exactly where browsers accept it', async (t) => {
  const name = (cookie: object) => resolveOptions({ environment: 'production', env: {}, cookie }).cookie.name
  t.equal(name({}), '__Host-sid')
  t.equal(name({ domain: 'example.com' }), '__Secure-sid')
  t.equal(name({ path: '/app' }), '__Secure-sid')
  t.equal(name({ secure: false }), 'sid')
  t.equal(resolveOptions({ env: { NODE_ENV: 'production', COOKIE_DOMAIN: 'example.com' } }).cookie.domain, 'example.com')
})

t.test('SESSION_TIMEOUT is the idle timeout, and an option goes before it', async (t) => {
  t.equal(resolveOptions({ env: { SESSION_TIMEOUT: '604800000' } }).idleTimeoutMs, 604_800_000)
  t.equal(resolveOptions({ env: { SESSION_TIMEOUT: '1000' }, idleTimeoutMs: 5000 }).idleTimeoutMs, 5000)
  t.equal(resolveOptions({ env: { SESSION_TIMEOUT: '' } }).idleTimeoutMs, 7 * DAY_MS)
  t.equal(resolveOptions({ env: { SESSION_TIMEOUT: String(60 * DAY_MS) } }).absoluteTimeoutMs, 60 * DAY_MS)
})

t.test('every mistake is named at once', async (t) => {
  const wrong = () =>
    resolveOptions({
      env: { SESSION_TIMEOUT: 'a week' },
      absoluteTimeoutMs: 0,
      touchIntervalMs: -1,
      rememberBytes: 0.5,
      cookie: { name: 'my session', path: 'app', sameSite: 'none', secure: false },
    })
  t.throws(wrong, TypeError)
  t.throws(wrong, { message: /SESSION_TIMEOUT[\s\S]*absoluteTimeoutMs[\s\S]*touchIntervalMs[\s\S]*rememberBytes[\s\S]*cookie\.name[\s\S]*cookie\.path[\s\S]*sameSite none/ })
})

t.test('a prefix that browsers would refuse is refused here', async (t) => {
  t.throws(() => resolveOptions({ env: {}, cookie: { name: '__Host-sid' } }), { message: /__Host-/ })
  t.throws(() => resolveOptions({ env: {}, cookie: { name: '__Secure-sid' } }), { message: /__Secure-/ })
})

t.test('options are frozen, and what was written stays as it was', async (t) => {
  const written = Object.freeze({ env: Object.freeze({}), cookie: Object.freeze({ path: '/app' }) })
  const resolved = resolveOptions(written)
  t.ok(Object.isFrozen(resolved) && Object.isFrozen(resolved.cookie))
})
