import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPostgres } from '@keyturn/testing/postgres'
import { spawnNode } from '@keyturn/testing/processes'
import { startRedis } from '@keyturn/testing/redis'
import { createBrowsers } from './browsers.ts'
import type { Figures } from './fixtures/server.ts'
import { findGrowth, printSample, type Sample } from './samples.ts'

// A server under load for a long time: sign-ins, writes, rotations, restarts of its store. At the end heap, handles,
// connections and listeners must be what they were once it was warm.

const { minutes, rate, store } = readArguments()
const PARTS = 10
const DOWN_MS = 2000
const WARM_UP_MS = Math.min(20_000, minutes * 6000)

const server = store === 'redis' ? await startRedis({ parameters: { appendonly: 'yes' } }) : await startPostgres()
const folder = await mkdtemp(join(tmpdir(), 'keyturn-soak-'))
const child = await spawnNode(new URL('./fixtures/server.ts', import.meta.url), {
  args: [join(folder, 'secrets', 'session-secrets.json')],
  nodeArgs: ['--expose-gc'],
  env: { NODE_ENV: 'development', ...(store === 'redis' ? { USE_REDIS_SESSIONS: 'true', REDIS_URL: server.url } : { DATABASE_URL: server.url }) },
})
try {
  process.exitCode = await run()
} finally {
  await child.kill()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

async function run(): Promise<number> {
  const [, url = ''] = await child.waitForLine(/^listening (.*)$/)
  const browsers = createBrowsers({ url, rate })
  const samples: Sample[] = []
  const startedAt = Date.now()

  // Once lost and found again, the store has opened as many connections as it ever will.
  await Promise.all([loadFor(WARM_UP_MS), restartStore()])
  await loadFor(WARM_UP_MS)
  await takeSample()
  for (let part = 0; part < PARTS; part++) {
    const disturb = part % 2 === 0 ? rotate : restartStore
    await Promise.all([loadFor((minutes * 60_000) / PARTS), disturb()])
    await takeSample()
  }
  const { done, unavailable, wrong } = browsers.tally
  console.log(`\n${JSON.stringify(done)}; while the store was down ${unavailable} were answered 503`)
  for (const [what, count] of wrong) console.log(`WRONG ${count} × ${what}`)
  const growth = findGrowth(samples)
  for (const problem of growth) console.log(`GROWS ${problem}`)
  if (wrong.size + growth.length > 0) return 1
  console.log('flat: heap, handles, connections and listeners are what they were')
  return 0

  async function loadFor(durationMs: number): Promise<void> {
    browsers.start()
    await sleep(durationMs)
    await browsers.stop()
  }

  async function takeSample(): Promise<void> {
    // Connections of the browsers are closed on this side; the server hears of it a moment later.
    await sleep(500)
    child.send('figures')
    const figures = (await child.nextMessage()) as Figures
    const total = Object.values(browsers.tally.done).reduce((sum, count) => sum + count, 0)
    samples.push({ seconds: Math.round((Date.now() - startedAt) / 1000), requests: total + browsers.tally.unavailable, ...figures })
    printSample(samples)
  }

  async function rotate(): Promise<void> {
    await sleep(WARM_UP_MS / 4)
    const { status } = await fetch(`${url}/rotate`, { method: 'POST' })
    if (status !== 200) throw new Error(`The rotation was answered with ${status}.`)
  }

  async function restartStore(): Promise<void> {
    await sleep(WARM_UP_MS / 4)
    await server.kill()
    await sleep(Math.min(DOWN_MS, WARM_UP_MS / 4))
    await server.restart()
  }
}

function readArguments(): { minutes: number; rate: number; store: 'postgres' | 'redis' } {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: { minutes: { type: 'string', default: '30' }, rate: { type: 'string', default: '500' }, store: { type: 'string', default: 'postgres' } },
  })
  const minutes = Number(values.minutes)
  const rate = Number(values.rate)
  const problems = [
    minutes > 0 ? undefined : '--minutes is a number above 0',
    rate > 0 ? undefined : '--rate is a number of requests a second, above 0',
    values.store === 'postgres' || values.store === 'redis' ? undefined : '--store is postgres or redis',
  ].filter((problem) => problem !== undefined)
  if (problems.length > 0) throw new TypeError(problems.join('; '))
  return { minutes, rate, store: values.store === 'redis' ? 'redis' : 'postgres' }
}
