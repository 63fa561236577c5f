import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import underPressure from '@fastify/under-pressure'
import { createPostgresStore } from '@keyturn/session-stores/postgres'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import fastify from 'fastify'
import t from 'tap'
import { secureSession } from '../../src/index.ts'
import { secureApp } from '../fixtures/apps.ts'
import { usePostgres } from '../fixtures/postgres.ts'

const postgres = usePostgres()

t.test('ready follows the store as it dies and comes back; live does not', async (t) => {
  const store = createPostgresStore({ url: postgres.server.url, timeoutMs: 500 })
  const showDetail = (request: { headers: object }) => 'x-operator' in request.headers
  const { app, get, close } = await secureApp(store, { folder: t.testdir(), healthRoutes: { showDetail } })
  t.teardown(async () => {
    await close()
    await store.close()
  })
  const status = async (url: string) => (await get(url)).statusCode
  // The time limit of the store is short: where it was too short for a busy machine, the request is sent again.
  const until = async (url: string, expected: number): Promise<void> => {
    while ((await status(url)) !== expected) await sleep(20)
  }
  await until('/set/user/ada', 200)
  await until('/health/ready', 200)

  await postgres.server.kill()
  t.equal(await status('/health/ready'), 503)
  t.equal(await status('/health/live'), 200)
  t.strictSame((await get('/health/ready')).json(), { status: 'fail' }, 'nothing that helps an attacker')

  await postgres.server.restart()
  await until('/health/ready', 200)

  t.equal(await status('/health'), 404, 'detail is for operators')
  const readDetail = () => app.inject({ url: '/health', headers: { 'x-operator': '1' } })
  let detail = await readDetail()
  for (let attempt = 1; detail.json().status !== 'pass' && attempt < 20; attempt++) detail = await readDetail()
  t.match(detail.headers['content-type'], 'application/health+json')
  t.match(detail.json(), {
    status: 'pass',
    store: { name: 'postgres', durable: true, reachable: true, latencyMs: Number },
    secret: { origin: /^file /, ephemeral: false, failures: 0 },
    sessions: { active: 1, byKeyId: Object },
  })
  const keySet = await readFile(`${t.testdirName}/secrets/session-secrets.json`, 'utf8')
  const secrets = keySet.match(/[A-Za-z0-9_-]{43}/g) ?? []
  t.ok(secrets.length > 0)
  for (const secret of secrets) t.notOk(detail.body.includes(secret))
})

t.test('an overloaded process is not ready', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  // More than any process needs: it is under pressure as soon as it has been looked at.
  await app.register(underPressure, { maxHeapUsedBytes: 1, sampleInterval: 10, pressureHandler: () => undefined })
  await app.register(secureSession, { environment: 'test', env: {}, store: createMemoryStore({ environment: 'test' }), healthRoutes: true })
  await app.ready()
  while (!app.isUnderPressure()) await sleep(10)
  t.equal((await app.inject('/health/ready')).statusCode, 503)
  t.equal((await app.inject('/health/live')).statusCode, 200)
})
