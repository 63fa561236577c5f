import t from 'tap'
import { secureSession } from '../../src/index.ts'
import { resolveOptions } from '../../src/options/resolve-options.ts'

t.test('every variable of sessions is read', async (t) => {
  const env = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://app:hunter2@db:5432/app?password=hunter2',
    SESSION_TIMEOUT: '604800000',
    SESSION_REGENERATE_ON_LOGIN: 'true',
    SESSION_TRACK_METADATA: 'true',
    SESSION_SLIDING_WINDOW: 'false',
    SESSION_SUSPICIOUS_ACTIVITY_CHECK: 'true',
    COOKIE_DOMAIN: 'example.com',
  }
  const described = secureSession.fromEnv(env)
  t.match(described, {
    environment: 'production',
    production: true,
    store: 'postgres://db:5432/app',
    idleTimeoutMs: 604_800_000,
    sliding: false,
    trackClients: true,
    clientChange: 'note',
    cookie: { domain: 'example.com', name: '__Secure-sid', secure: true },
  })
  t.notMatch(JSON.stringify(described), 'hunter2')
})

t.test('Redis is used when it is asked for', async (t) => {
  const redis = (env: Record<string, string>) => resolveOptions({ env }).redisUrl
  t.equal(redis({ USE_REDIS_SESSIONS: 'true', REDIS_URL: 'redis://cache:6380/2' }), 'redis://cache:6380/2')
  t.equal(redis({ USE_REDIS_SESSIONS: '1', REDIS_HOST: 'cache' }), 'redis://cache:6379')
  t.equal(
    redis({ USE_REDIS_SESSIONS: 'yes', REDIS_HOST: 'cache', REDIS_PORT: '6380', REDIS_PASSWORD: 'p@ss/word', REDIS_TLS: 'on' }),
    'rediss://:p%40ss%2Fword@cache:6380',
  )
  t.equal(redis({ USE_REDIS_SESSIONS: 'false', REDIS_URL: 'redis://cache' }), undefined)
  t.equal(secureSession.fromEnv({ USE_REDIS_SESSIONS: 'true', REDIS_HOST: 'cache', REDIS_PASSWORD: 'hunter2' }).store, 'redis://cache:6379')
})

t.test('production without a store is shown as such', async (t) => {
  t.equal(secureSession.fromEnv({ NODE_ENV: 'production' }).store, undefined)
  t.equal(secureSession.fromEnv({}).store, 'memory')
})

t.test('all mistakes of the environment are named at once, without values', async (t) => {
  const wrong = () =>
    secureSession.fromEnv({
      SESSION_TIMEOUT: 'a week',
      USE_REDIS_SESSIONS: 'true',
      SESSION_SLIDING_WINDOW: 'hunter2',
      SESSION_REGENERATE_ON_LOGIN: 'false',
      DATABASE_URL: 'mysql://root:hunter2@db',
    })
  t.throws(wrong, TypeError)
  for (const name of ['SESSION_TIMEOUT', 'USE_REDIS_SESSIONS', 'SESSION_SLIDING_WINDOW', 'SESSION_REGENERATE_ON_LOGIN', 'DATABASE_URL']) {
    t.throws(wrong, { message: new RegExp(name) })
  }
  try {
    wrong()
  } catch (error) {
    t.notMatch(String(error), 'hunter2')
  }
})
