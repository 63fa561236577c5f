import { startRedis } from '@keyturn/testing/redis'
import fastify from 'fastify'
import t from 'tap'
import { secureSession } from '../src/index.ts'
import { CookieJar } from './fixtures/cookies.ts'

t.test('asked for by the environment alone, Redis keeps sessions over a restart of the application', async (t) => {
  await using server = await startRedis({ password: 'p@ss/word' })
  const env = {
    NODE_ENV: 'test',
    USE_REDIS_SESSIONS: 'true',
    REDIS_HOST: server.host,
    REDIS_PORT: String(server.port),
    REDIS_PASSWORD: server.password,
  }
  const secretFile = `${t.testdir()}/secrets/session-secrets.json`
  const start = async () => {
    const app = fastify()
    await app.register(secureSession, { env, secretFile })
    app.get('/sign-in', async (request) => request.signIn('ada'))
    app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))
    return app
  }
  const jar = new CookieJar()

  const first = await start()
  jar.take(await first.inject('/sign-in'))
  t.match(await first.secureSession.health(), { status: 'ok', store: { name: 'redis', shared: true } })
  await first.close()

  const second = await start()
  t.strictSame((await second.inject({ url: '/me', headers: jar.headers })).json(), { userId: 'ada' })
  t.equal((await second.secureSession.sessions.list('ada')).length, 1)
  t.equal(await second.secureSession.sessions.endAll('ada'), 1)
  t.strictSame((await second.inject({ url: '/me', headers: jar.headers })).json(), { userId: null })
  await second.close()
})
