import { startPostgres } from '@keyturn/testing/postgres'
import { type NodeProcess, spawnNode } from '@keyturn/testing/processes'
import { startRedis } from '@keyturn/testing/redis'
import t, { type Test } from 'tap'
import { CookieJar } from './fixtures/cookies.ts'
import type { Left } from './fixtures/graceful-server.ts'

const SCRIPT = new URL('./fixtures/graceful-server.ts', import.meta.url)
const USERS = 40
/** Pipes to the test, and what Node itself holds for standard output. */
const OF_THE_PROCESS = new Set(['PipeWrap', 'TTYWrap', 'FSReqPromise', 'FSReqCallback'])

async function start(t: Test, folder: string, env: Record<string, string>): Promise<{ child: NodeProcess; address: string }> {
  const child = await spawnNode(SCRIPT, { args: [`${folder}/secrets/session-secrets.json`], env: { NODE_ENV: 'development', ...env } })
  t.teardown(() => child.kill('SIGKILL'))
  const [, address = ''] = await child.waitForLine(/^listening (.*)$/)
  return { child, address }
}

/** One user who writes and writes until the server goes; tells the last number that was answered. */
async function writeUntilTheEnd(address: string, jar: CookieJar, onAnswer: () => void): Promise<{ answered: number; wrong: number[] }> {
  const wrong: number[] = []
  for (let n = 1; ; n++) {
    const response = await fetch(`${address}/set/${n}`, { method: 'POST', headers: jar.headers }).catch(() => undefined)
    await response?.text().catch(() => undefined)
    // Fastify answers 503 to what still comes in while it closes.
    if (response === undefined || response.status === 503) return { answered: n - 1, wrong }
    if (response.status !== 200) wrong.push(response.status)
    jar.take(response)
    onAnswer()
  }
}

async function endsWell(t: Test, env: Record<string, string>): Promise<void> {
  const folder = t.testdir()
  const { child, address } = await start(t, folder, env)
  const jars = Array.from({ length: USERS }, () => new CookieJar())
  let answers = 0
  const ends = jars.map((jar) => writeUntilTheEnd(address, jar, () => (answers += 1)))
  while (answers < USERS * 5) await new Promise((resolve) => setTimeout(resolve, 10))
  child.signal('SIGTERM')
  const left = (await child.nextMessage()) as Left
  const { code } = await child.waitForExit()
  t.equal(code, 0, 'the process ends by itself')
  t.strictSame(left.resources.filter((kind) => !OF_THE_PROCESS.has(kind)), [], 'no socket, no server, no timer')
  t.strictSame(left.listeners.filter((name) => !['SIGTERM', 'message', 'disconnect', 'newListener', 'removeListener'].includes(name)), [], 'no listener')

  const written = await Promise.all(ends)
  t.strictSame(written.flatMap(({ wrong }) => wrong), [], 'every answer was good')
  const next = await start(t, folder, env)
  for (const [i, jar] of jars.entries()) {
    const read = () => fetch(`${next.address}/read`, { headers: jar.headers })
    let response = await read()
    // On a busy machine the store may answer too late: that is no write that was lost.
    for (; response.status === 503; response = await read()) await response.text()
    const { n } = (await response.json()) as { n: string | null }
    // The one write whose answer was cut off may be there or not.
    const last = written[i]?.answered ?? 0
    t.ok(Number(n) === last || Number(n) === last + 1, `${last} was answered, ${String(n)} is there`)
  }
}

t.test('SIGTERM under load loses no write and leaves nothing: PostgreSQL', async (t) => {
  await using server = await startPostgres()
  await endsWell(t, { DATABASE_URL: server.url })
})

t.test('SIGTERM under load loses no write and leaves nothing: Redis', async (t) => {
  await using server = await startRedis()
  await endsWell(t, { USE_REDIS_SESSIONS: 'true', REDIS_URL: server.url })
})
