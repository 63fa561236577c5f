import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { test } from 'tap'
import { spawnNode } from '../../src/processes/index.ts'
import { startPostgres } from '../../src/postgres/index.ts'

// Servers are ended by `await using`: tap removes its folder before it runs the teardowns.
function connect(url: string): postgres.Sql {
  return postgres(url, { max: 1, connect_timeout: 30, onnotice: () => {} })
}

test('a second start on a kept folder finds the data and the password of the first', async t => {
  const folder = join(t.testdir(), 'database')
  const first = await startPostgres({ folder })
  const sql = connect(first.url)
  await sql`CREATE TABLE kept AS SELECT 42 AS id`
  t.match(await sql`SHOW fsync`, [{ fsync: 'on' }])
  await sql.end()
  await first.stop()
  t.ok(existsSync(folder))

  await using second = await startPostgres({ folder, port: first.port })
  t.equal(second.url, first.url)
  const again = connect(second.url)
  t.strictSame([...await again`SELECT id FROM kept`], [{ id: 42 }])
  await again.end()
  t.equal(statSync(folder).mode & 0o777, 0o700)
  t.equal(statSync(join(folder, 'password')).mode & 0o777, 0o600)
})

test('a folder that only its owner may enter will do, also for root', async t => {
  const closed = join(t.testdir(), 'home')
  mkdirSync(closed)
  chmodSync(closed, 0o700)
  await using server = await startPostgres({ folder: join(closed, 'database') })
  const sql = connect(server.url)
  t.teardown(() => sql.end())
  await sql`CREATE TABLE written AS SELECT 1 AS id`
  await sql`CHECKPOINT`
})

test('the mark of a crashed server is no hindrance, even when its process number lives again', async t => {
  const folder = join(t.testdir(), 'database')
  const first = await startPostgres({ folder })
  await first.kill()
  const lock = join(folder, 'data', 'postmaster.pid')
  t.ok(existsSync(lock), 'the crash left its mark')

  // The same account as the server's, so that PostgreSQL itself would take it for its predecessor; a program that this account may run.
  const { uid, gid } = statSync(join(folder, 'data'))
  const stranger = spawn('sleep', ['600'], { cwd: '/', stdio: 'ignore', ...(process.getuid?.() === 0 ? { uid, gid } : {}) })
  t.teardown(() => stranger.kill('SIGKILL'))
  writeFileSync(lock, `${stranger.pid}\n${join(folder, 'data')}\n`)

  await using second = await startPostgres({ folder })
  t.ok(second.port)
  t.equal(stranger.exitCode, null, 'the stranger was left alone')
})

test('a folder that another server is using is refused, and that server goes on', { timeout: 60_000 }, async t => {
  const folder = join(t.testdir(), 'database')
  await using first = await startPostgres({ folder })
  await t.rejects(startPostgres({ folder }), { code: 'KEYTURN_TESTING_FOLDER_IN_USE', message: /another folder/ })
  const sql = connect(first.url)
  t.teardown(() => sql.end())
  t.strictSame([...await sql`SELECT 1 AS id`], [{ id: 1 }])
})

test('a port that is taken is named', async t => {
  await using first = await startPostgres()
  const folder = join(t.testdir(), 'database')
  await t.rejects(startPostgres({ folder, port: first.port }), {
    code: 'KEYTURN_TESTING_START_FAILED',
    message: new RegExp(`port ${first.port}`),
  })
})

test('what a start that was killed left half made is cleared away', async t => {
  const folder = join(t.testdir(), 'database')
  mkdirSync(join(folder, 'data.new-4194999', 'base'), { recursive: true })
  await using server = await startPostgres({ folder })
  t.ok(server.port)
  t.strictSame(readdirSync(folder).sort(), ['data', 'password'])
})

test('a start prints nothing of its own, and a process that ends in order leaves the folder', async t => {
  const folder = join(t.testdir(), 'database')
  await using child = await spawnNode(new URL('./fixtures/keeps-a-folder.ts', import.meta.url), { args: [folder] })
  t.strictSame(await child.waitForExit(), { code: 0, signal: null })
  t.strictSame(child.lines, ['started', 'stopped'])
  t.strictSame(readdirSync(folder).sort(), ['data', 'password'])
})

test('a cluster whose password is lost is not started, and the message says what to do', async t => {
  const folder = join(t.testdir(), 'database')
  await (await startPostgres({ folder })).stop()
  rmSync(join(folder, 'password'))
  await t.rejects(startPostgres({ folder }), { code: 'KEYTURN_TESTING_START_FAILED', message: /restore that file, or remove the folder/ })
})
