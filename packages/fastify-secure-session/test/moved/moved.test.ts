import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { createPostgresStore } from '@keyturn/session-stores/postgres'
import fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { secureSession } from '../../src/index.ts'
import { CookieJar } from '../fixtures/cookies.ts'
import { usePostgres } from '../fixtures/postgres.ts'
import { sampleApplication, WALK } from './sample-application.ts'

const postgres = usePostgres()
const HOUR_MS = 3_600_000

interface Seen {
  readonly url: string
  readonly status: number
  readonly location: string | undefined
  readonly body: unknown
}

async function walk(app: FastifyInstance): Promise<Seen[]> {
  sampleApplication(app)
  const jar = new CookieJar()
  const seen: Seen[] = []
  for (const url of WALK) {
    const response = await app.inject({ url, headers: jar.headers })
    jar.take(response)
    const { statusCode: status, headers, body } = response
    seen.push({ url, status, location: headers.location, body: headers['content-type']?.startsWith('application/json') === true ? JSON.parse(body) : body })
  }
  await app.close()
  return seen
}

async function onFastifySession(): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret: 'siYC7x-RtyWUk73DECXc6SNmXowUMWZag7ZQUPGQKBI',
    cookieName: 'sid',
    saveUninitialized: false,
    cookie: { secure: false, sameSite: 'lax', maxAge: HOUR_MS },
  })
  return app
}

t.test('an application written for @fastify/session answers the same after its registration was changed', async (t) => {
  const expected = await walk(await onFastifySession())
  const store = createPostgresStore({ url: (await postgres.server.createDatabase()).url })
  t.teardown(() => store.close())
  const app = fastify()
  await app.register(secureSession, { environment: 'test', env: {}, store, secretFile: `${t.testdir()}/secrets/s.json`, idleTimeoutMs: HOUR_MS })
  const answers = await walk(app)
  for (const [i, { url, ...answer }] of answers.entries()) {
    const { url: _url, ...wanted } = expected[i] ?? { url }
    t.strictSame(answer, wanted, `${i}: ${url}`)
  }
  t.match(expected[11], { body: { user: 'ada', theme: 'dark' } }, 'and it is a walk that keeps something')
  t.equal(answers.filter(({ status }) => status === 200).length, WALK.length - 2)
})
