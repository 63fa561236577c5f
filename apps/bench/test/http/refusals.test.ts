import { test } from 'tap'
import { checkKeepsSessions } from '../../src/http/check/keeps-session.ts'
import { measure } from '../../src/http/load/measure.ts'
import { signIn } from '../../src/http/load/sign-in.ts'
import { findServer } from '../../src/http/plan/catalogue.ts'
import type { Cores } from '../../src/http/run/cores.ts'
import { type RunningServer, startServer } from '../../src/http/run/server-process.ts'

const settings = { postgresUrl: '', redisUrl: '', secretFile: '', idleTimeoutMs: 3_600_000, rolling: false }
const cores: Cores = { pinned: false, placeServer: () => {}, busyMicros: () => undefined }

function startFixture(name: string): Promise<RunningServer> {
  const script = new URL(`./fixtures/${name}.ts`, import.meta.url)
  return startServer({ entry: { ...findServer('fastify-session-redis'), script }, settings, cores })
}

test('a server that keeps nothing is not measured', async (t) => {
  const server = await startFixture('forgetful-server')
  t.teardown(() => server.stop())

  await t.rejects(checkKeepsSessions(server), { code: 'KEYTURN_BENCH_SESSION_NOT_KEPT' })
})

test('one answer other than 2xx voids the figure', async (t) => {
  const server = await startFixture('failing-server')
  t.teardown(() => server.stop())
  const jars = await signIn({ url: server.url, count: 4, sessionBytes: 500, connections: 2 })

  await t.rejects(
    measure({ server, cores, jars, method: 'GET', path: '/read', connections: 2, warmUpMs: 0, warmUpRequests: 0, measureMs: 200 }),
    { code: 'KEYTURN_BENCH_REQUESTS_REFUSED' },
  )
})

test('a server that does not start says why', async (t) => {
  await t.rejects(startFixture('no-such-server'), { code: 'KEYTURN_BENCH_SERVER_FAILED', message: /Cannot find module/ })
})
