import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type NodeProcess, spawnNode, startUnreaped } from '@keyturn/testing/processes'
import t, { type Test } from 'tap'
import { withFileLock } from '../../src/file/file-lock.ts'
import { describeThisProcess, judgeHolder } from '../../src/file/lock-holder.ts'

const COUNTERS = 6
const ADDITIONS = 25

t.test('processes that add to one number at once lose no addition', async (t) => {
  const path = lockedFile(t)
  writeFileSync(path, '0')
  const counters = await Promise.all(
    Array.from({ length: COUNTERS }, () => spawnNode(fixture('lock-counter.ts'), { args: [path, String(ADDITIONS)] })),
  )
  await Promise.all(counters.map((counter) => counter.nextMessage({ timeoutMs: 60_000 })))
  t.equal(readFileSync(path, 'utf8'), String(COUNTERS * ADDITIONS))
  t.equal(readdirSync(join(path, '..')).filter((name) => name.includes('.lock-')).length, 1)
})

t.test('the lock of a holder that was killed is taken over at once', async (t) => {
  const path = lockedFile(t)
  const holder = await hold(path)
  await holder.kill('SIGKILL')
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: 5 }, () => withFileLock(path, { timeoutMs: 50_000, staleMs: 60_000 }, async () => undefined)))
  t.ok(performance.now() - startedAt < 30_000, 'long before it counts as stale')
})

t.test('a holder that lives is waited for, and named when the time is up', async (t) => {
  const path = lockedFile(t)
  const holder = await hold(path)
  const impatient = withFileLock(path, { timeoutMs: 100, staleMs: 10 }, async () => undefined)
  await t.rejects(impatient, { code: 'KEYTURN_SECRET_FILE_LOCKED', message: new RegExp(`process ${holder.pid}`) })
  const patient = withFileLock(path, { timeoutMs: 10_000, staleMs: 60_000 }, async () => 'mine')
  holder.send('let go')
  t.equal(await patient, 'mine')
  t.equal(await holder.nextMessage(), 'released')
})

t.test('a holder that was halted for too long notices that its lock may be gone', async (t) => {
  const path = lockedFile(t)
  const holder = await hold(path, 400)
  holder.signal('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 300))
  holder.signal('SIGCONT')
  holder.send('let go')
  t.equal(await holder.nextMessage(), 'KEYTURN_SECRET_FILE_LOCKED')
})

t.test('a lock of another machine is watched, and taken over when nothing moves', async (t) => {
  const path = lockedFile(t)
  const lock = join(path, '..', '.secrets.json.lock-7')
  for (const content of [JSON.stringify({ pid: process.pid, host: 'elsewhere' }), '', '{"pid":']) {
    writeFileSync(lock, content)
    const startedAt = performance.now()
    await withFileLock(path, { timeoutMs: 5000, staleMs: 200 }, async () => undefined)
    t.ok(performance.now() - startedAt >= 200)
    t.match(readdirSync(join(path, '..')), ['.secrets.json.lock-8.free'])
    rmSync(join(path, '..', '.secrets.json.lock-8.free'))
  }
})

t.test('a process id that is used again does not keep a dead lock alive', async (t) => {
  const path = lockedFile(t)
  const holder = await hold(path)
  const lock = join(path, '..', '.secrets.json.lock-1')
  const written = JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }
  await holder.kill('SIGKILL')
  // Another life under a number that is in use: our own.
  writeFileSync(lock, JSON.stringify({ ...written, pid: process.pid }))
  const waiting = withFileLock(path, { timeoutMs: 5000, staleMs: 60_000 }, async () => 'mine')
  t.equal(await waiting, 'mine')
})

t.test('a process that has ended holds no lock, though nobody took note of its end', async (t) => {
  const path = lockedFile(t)
  await using ended = await startUnreaped()
  const holder = { host: describeThisProcess().host, pid: ended.pid }
  t.equal(judgeHolder(holder), 'dead')
  writeFileSync(join(path, '..', '.secrets.json.lock-1'), JSON.stringify(holder))
  t.equal(await withFileLock(path, { timeoutMs: 5000, staleMs: 60_000 }, async () => 'mine'), 'mine')
})

t.test('an abort ends the wait', async (t) => {
  const path = lockedFile(t)
  const holder = await hold(path)
  const ending = new AbortController()
  const waiting = withFileLock(path, { timeoutMs: 60_000, staleMs: 60_000, signal: ending.signal }, async () => undefined)
  ending.abort(new Error('enough'))
  await t.rejects(waiting, { message: 'The operation was aborted' })
  await holder.kill('SIGKILL')
})

t.test('work that fails lets the lock go', async (t) => {
  const path = lockedFile(t)
  const options = { timeoutMs: 1000, staleMs: 60_000 }
  await t.rejects(withFileLock(path, options, () => Promise.reject(new Error('work failed'))), { message: 'work failed' })
  t.equal(await withFileLock(path, options, async () => 'free'), 'free')
})

function lockedFile(t: Test): string {
  const folder = join(t.testdir(), 'private')
  mkdirSync(folder, { mode: 0o700 })
  return join(folder, 'secrets.json')
}

async function hold(path: string, staleMs = 10_000): Promise<NodeProcess> {
  const holder = await spawnNode(fixture('lock-holder.ts'), { args: [path, String(staleMs)] })
  await holder.nextMessage()
  return holder
}

function fixture(name: string): URL {
  return new URL(`../fixtures/${name}`, import.meta.url)
}
