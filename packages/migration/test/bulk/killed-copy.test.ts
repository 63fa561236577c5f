import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createMemoryStore, createPostgresStore, createRedisStore, createSealedSessions, type SessionStore } from '@keyturn/session-stores'
import { spawnNode } from '@keyturn/testing/processes'
import { startRedis } from '@keyturn/testing/redis'
import { createLiveKeyring } from '@keyturn/token-crypto'
import t, { type Test } from 'tap'
import { copySessions, rewrapSessions, type SessionReport } from '../../src/index.ts'
import { openDatabase } from '../support/accounts.ts'
import { keyringOf } from '../support/secrets.ts'

const SESSIONS = 3000
const KILLS = 4
const expiresAt = Date.now() + 3_600_000

async function fill(store: SessionStore, count: number): Promise<void> {
  const sessions = createSealedSessions({ store, keyring: createLiveKeyring({ keyring: keyringOf('old') }) })
  for (let at = 0; at < count; at += 100) {
    const some = Array.from({ length: 100 }, (_, i) => at + i)
    await Promise.all(some.map((i) => sessions.create(`id ${i}`, { data: { i }, meta: { userId: `user ${i % 50}` }, expiresAt: expiresAt + i })))
  }
}

/** Where the copy stands; `undefined` before its first checkpoint. */
async function positionIn(checkpoint: string): Promise<string | undefined> {
  const text = await readFile(checkpoint, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as { position: string }).position
}

async function differences(from: SessionStore, to: SessionStore): Promise<number> {
  let different = 0
  for await (const { key, record } of from.scan?.() ?? []) {
    const copy = await to.get(key)
    if (copy === undefined || !copy.sealed.equals(record.sealed) || Math.abs(copy.expiresAt - record.expiresAt) > 1000) different++
  }
  return different
}

async function stores(t: Test): Promise<{ postgres: SessionStore; redis: SessionStore; env: Record<string, string> }> {
  const [{ url }, server] = await Promise.all([openDatabase(t), startRedis()])
  const postgres = createPostgresStore({ url, timeoutMs: 30_000 })
  const redis = createRedisStore({ url: server.url, timeoutMs: 30_000 })
  t.teardown(async () => {
    await Promise.all([postgres.close(), redis.close()])
    await server.stop()
  })
  return { postgres, redis, env: { POSTGRES_URL: url, REDIS_URL: server.url } }
}

for (const direction of ['to redis', 'to postgres']) {
  t.test(`a copy ${direction} that is killed again and again goes on at its checkpoint, and counts each session once`, async (t) => {
    const { postgres, redis, env } = await stores(t)
    const [from, to] = direction === 'to redis' ? [postgres, redis] : [redis, postgres]
    await fill(from, SESSIONS)
    const checkpoint = join(t.testdir(), 'copy.json')
    const start = (rate: number) =>
      spawnNode(new URL('./fixtures/copy.ts', import.meta.url), { env: { ...env, CHECKPOINT: checkpoint, DIRECTION: direction, RATE: String(rate) } })
    for (let kills = 0; kills < KILLS; kills++) {
      const before = await positionIn(checkpoint)
      const child = await start(200)
      while ((await positionIn(checkpoint)) === before) {
        if (child.exit !== undefined) throw new Error(child.lines.join('\n'))
        await wait(20)
      }
      await wait(Math.random() * 200)
      await child.kill('SIGKILL')
    }
    t.equal((await stat(checkpoint)).mode & 0o777, 0o600)
    const { position, tally } = JSON.parse(await readFile(checkpoint, 'utf8'))
    t.match(position, direction === 'to redis' ? /^postgres:[0-9a-f]{64}$/ : /^redis:\d+$/)
    const done = tally.outcomes.changed as number
    t.ok(done > 0 && done < SESSIONS, 'killed in the middle')

    const line = await (await start(1_000_000)).waitForLine(/^report (.*)$/, { timeoutMs: 120_000 })
    const report = JSON.parse(line[1] ?? '') as SessionReport
    t.match(report, { state: 'done', resumed: true, remaining: 0 })
    // Redis may give a session twice, as it says of SCAN.
    if (direction === 'to redis') t.equal(report.total, SESSIONS)
    t.equal(await differences(from, to), 0)
    await t.rejects(stat(checkpoint), { code: 'ENOENT' }, 'a run that is done leaves no checkpoint')
    t.match(await copySessions({ from, to, checkpointFile: checkpoint }), { nothingToDo: true, resumed: false })
  })
}

t.test('a rewrap goes on at its checkpoint; that of another run, or no checkpoint at all, is refused', async (t) => {
  const { url } = await openDatabase(t)
  const store = createPostgresStore({ url, timeoutMs: 30_000 })
  t.teardown(() => store.close())
  await fill(store, 400)
  const checkpointFile = join(t.testdir(), 'rewrap.json')
  const keyring = createLiveKeyring({ keyring: keyringOf('new', 'old') })
  const abort = new AbortController()
  const stopping: SessionStore = {
    ...store,
    async *scan(options) {
      let given = 0
      for await (const session of store.scan?.(options) ?? []) {
        if (++given === 201) abort.abort()
        yield session
      }
    },
  }
  const options = { keyring, checkpointFile, pageSize: 50, workers: 1 }
  t.match(await rewrapSessions({ ...options, store: stopping, signal: abort.signal }), { state: 'aborted' })
  await t.rejects(copySessions({ from: store, to: store, checkpointFile }), { code: 'KEYTURN_MIGRATION_CHECKPOINT', message: /another run/ })
  const other = createLiveKeyring({ keyring: keyringOf('third', 'old', 'new') })
  await t.rejects(rewrapSessions({ ...options, store, keyring: other }), { code: 'KEYTURN_MIGRATION_CHECKPOINT' })
  const report = await rewrapSessions({ ...options, store, verify: true })
  t.match(report, { state: 'done', resumed: true, total: 400, outcomes: { changed: 400 }, remaining: 0 })
  await t.rejects(copySessions({ from: store, to: store, checkpointFile: import.meta.filename }), { code: 'KEYTURN_MIGRATION_CHECKPOINT', message: /no checkpoint/ })
})

t.test('where no scan can be taken up, a run begins again', async (t) => {
  const [from, to] = [createMemoryStore({ environment: 'test', maxEntries: 1000 }), createMemoryStore({ environment: 'test', maxEntries: 1000 })]
  await fill(from, 300)
  const checkpointFile = join(t.testdir(), 'copy.json')
  const report = await copySessions({ from, to, checkpointFile, pageSize: 20, verify: true })
  t.match(report, { state: 'done', resumed: false, outcomes: { changed: 300 }, remaining: 0 })
})
