import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type PostgresServer, startPostgres } from '@keyturn/testing/postgres'
import { type RedisServer, startRedis } from '@keyturn/testing/redis'
import fastify, { type FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import t, { type Test } from 'tap'
import { type SecureSessionOptions, secureSession } from '../src/index.ts'
import { CookieJar } from './fixtures/cookies.ts'

interface Servers {
  readonly redis: RedisServer
  readonly postgres: PostgresServer
}

interface Browser {
  readonly app: FastifyInstance
  /** What the application logged. */
  readonly lines: Record<string, unknown>[]
  /** Status of the answer. */
  signIn(): Promise<number>
  /** Who is signed in; the status where the answer is none. */
  user(): Promise<unknown>
  /** As `user`, asked again while a busy machine is too slow for the time limits of the chain: 503 is no logout. */
  userInTheEnd(): Promise<unknown>
}

const SESSION_SECRET = randomBytes(32).toString('base64url')

let servers: Servers
t.before(async () => {
  servers = { redis: await startRedis(), postgres: await startPostgres() }
})
t.teardown(async () => {
  await servers.redis.stop()
  await servers.postgres.stop()
})

async function open(t: Test, options: SecureSessionOptions = {}): Promise<Browser> {
  const lines: Record<string, unknown>[] = []
  const app = fastify({ logger: { level: 'info', stream: { write: (line: string) => void lines.push(JSON.parse(line)) } } })
  await app.register(secureSession, {
    env: { SESSION_SECRET },
    environment: 'test',
    redisUrl: servers.redis.url,
    databaseUrl: servers.postgres.url,
    healthRoutes: true,
    ...options,
  })
  app.post('/sign-in', async (request) => {
    await request.signIn('ada')
    return {}
  })
  app.get('/me', async (request) => ({ user: request.signedInUserId ?? null }))
  await app.ready()
  t.teardown(() => app.close())
  const jar = new CookieJar()
  const send = async (method: 'GET' | 'POST', path: string) => {
    const answer = await app.inject({ method, url: path, headers: jar.headers })
    jar.take(answer)
    return answer
  }
  const user = async (): Promise<unknown> => {
    const { statusCode, json } = await send('GET', '/me')
    return statusCode === 200 ? json<{ user: unknown }>().user : statusCode
  }
  return {
    app,
    lines,
    signIn: async () => (await send('POST', '/sign-in')).statusCode,
    user,
    async userInTheEnd() {
      let seen = await user()
      for (; seen === 503; seen = await user()) await sleep(20)
      return seen
    },
  }
}

/** Waits as long as it takes; the test has a limit of its own. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20)
}

const chainOf = async ({ app }: Browser) => (await app.secureSession.health()).chain
const isWell = (browser: Browser) => async () => (await chainOf(browser))?.degraded === false

t.test('Redis dies and comes back empty: its users stay, and health, metrics and log say what happens', async (t) => {
  const metrics = new Registry()
  const browser = await open(t, { metrics })
  await until(async () => (await browser.signIn()) === 200)
  await until(isWell(browser))

  await servers.redis.kill()
  await until(async () => (await browser.user()) === 'ada')
  t.match(await chainOf(browser), { serving: 'postgres', degraded: true, links: [{ name: 'redis' }, { name: 'postgres' }] })
  await until(async () => (await browser.app.inject('/health/ready')).statusCode === 200)
  t.pass('ready while one store serves')
  const during = await metrics.metrics()
  t.match(during, /keyturn_session_link_serving\{link="postgres"\} 1/)
  t.match(during, /keyturn_session_link_state\{link="redis",state="closed"\} 0/)
  t.match(during, /keyturn_session_chain_degraded 1/)
  t.match(during, /keyturn_session_mirror_pending \d/)
  t.match(during, /keyturn_session_chain_events_total\{type="link-lost"\} [1-9]/)
  t.match(browser.lines.find(({ chainEvent }) => chainEvent === 'link-lost'), { level: 40, link: 'redis' })

  await servers.redis.restart()
  await until(async () => (await isWell(browser)()) && (await chainOf(browser))?.serving === 'redis')
  t.equal(await browser.userInTheEnd(), 'ada')
  t.match(await metrics.metrics(), /keyturn_session_reconciled_total\{link="redis",outcome="moved"\} [1-9]/)
})

t.test('a server starts while Redis is down, and says on what', async (t) => {
  await servers.redis.kill()
  const browser = await open(t)
  await until(async () => (await browser.signIn()) === 200)
  t.equal(await browser.userInTheEnd(), 'ada')
  await until(() => browser.lines.some(({ chainEvent, link }) => chainEvent === 'serving' && link === 'postgres'))
  await servers.redis.restart()
  await until(isWell(browser))
  t.equal(await browser.userInTheEnd(), 'ada')
})

t.test('a server starts while PostgreSQL is down', async (t) => {
  await servers.postgres.kill()
  const browser = await open(t)
  await until(async () => (await browser.signIn()) === 200)
  t.equal(await browser.userInTheEnd(), 'ada')
  t.match(await chainOf(browser), { serving: 'redis' })
  await servers.postgres.restart()
  await until(isWell(browser))
  t.equal(await browser.userInTheEnd(), 'ada')
})

t.test('with both down requests are refused and nobody is logged out, unless memory is asked for', async (t) => {
  const careful = await open(t)
  await until(async () => (await careful.signIn()) === 200)
  await until(isWell(careful))
  await Promise.all([servers.redis.kill(), servers.postgres.kill()])
  t.equal(await careful.user(), 503)
  t.equal((await careful.app.inject('/health/ready')).statusCode, 503)
  await t.rejects(careful.app.secureSession.sessions.endAll('ada'), { code: 'KEYTURN_SESSION_STORE_UNAVAILABLE', statusCode: 503 })

  const bold = await open(t, { fallback: { memory: true } })
  await until(async () => (await bold.signIn()) === 200)
  t.equal(await bold.userInTheEnd(), 'ada')
  t.match(await chainOf(bold), { serving: 'memory', degraded: true })
  t.match(bold.lines.find(({ chainEvent }) => chainEvent === 'memory-serving'), { level: 40 })

  await Promise.all([servers.redis.restart(), servers.postgres.restart()])
  await until(isWell(bold))
  t.equal(await bold.userInTheEnd(), 'ada', 'what memory held moved up')
  await until(isWell(careful))
  t.equal(await careful.userInTheEnd(), 'ada')
})

t.test('without fall-back there is one store, and no chain in health', async (t) => {
  const browser = await open(t, { fallback: false })
  await until(async () => (await browser.signIn()) === 200)
  const health = await browser.app.secureSession.health()
  t.match(health, { status: 'ok', store: { name: 'redis' } })
  t.notOk('chain' in health)
})
