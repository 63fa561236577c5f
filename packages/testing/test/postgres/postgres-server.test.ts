import { existsSync } from 'node:fs'
import postgres from 'postgres'
import { test } from 'tap'
import { startPostgres } from '../../src/postgres/index.ts'

function connect(url: string, connect_timeout = 30): postgres.Sql {
  return postgres(url, { max: 1, connect_timeout, onnotice: () => {} })
}

test('a temporary server answers with its version, on 127.0.0.1 only, behind a password', async t => {
  await using server = await startPostgres()
  const sql = connect(server.url)
  t.teardown(() => sql.end())
  const [row] = await sql`SELECT current_setting('server_version') AS version, current_setting('listen_addresses') AS host,
    current_setting('unix_socket_directories') AS sockets, current_setting('fsync') AS fsync`
  t.match(row, { version: /^18\./, host: '127.0.0.1', sockets: '', fsync: 'off' })

  const wrong = connect(server.url.replace(server.password, 'guessed'))
  t.teardown(() => wrong.end())
  await t.rejects(wrong`SELECT 1`, { code: '28P01' })
})

test('stop removes the temporary folder and ends the process', async t => {
  const server = await startPostgres()
  const sql = connect(server.url)
  const [row] = await sql<{ folder: string, pid: number }[]>`SELECT current_setting('data_directory') AS folder, pg_backend_pid() AS pid`
  await sql.end()
  t.ok(row)
  await server.stop()
  t.notOk(isListening(row?.pid ?? 0), 'the backend is gone')
  await t.rejects(connect(server.url)`SELECT 1`, { code: 'ECONNREFUSED' })
  await server.stop()
})

test('settings are passed on, among them libraries to load', async t => {
  await using server = await startPostgres({ parameters: { shared_preload_libraries: 'pg_stat_statements', max_connections: 17 } })
  const sql = connect(server.url)
  t.teardown(() => sql.end())
  await sql`CREATE EXTENSION pg_stat_statements`
  await sql`SELECT 4711`
  const rows = await sql`SELECT calls FROM pg_stat_statements WHERE query = 'SELECT $1'`
  t.match(rows[0], { calls: '1' })
  t.match(await sql`SHOW max_connections`, [{ max_connections: '17' }])
})

test('databases of one server do not meet, and can be dropped while somebody is connected', async t => {
  await using server = await startPostgres()
  const [one, two] = await Promise.all([server.createDatabase(), server.createDatabase()])
  const [sqlOne, sqlTwo] = [connect(one.url), connect(two.url)]
  t.teardown(() => Promise.all([sqlOne.end(), sqlTwo.end()]))
  await sqlOne`CREATE TABLE only_here (id int)`
  await t.rejects(sqlTwo`SELECT * FROM only_here`, { code: '42P01' })
  await one.drop()
  await t.rejects(connect(one.url)`SELECT 1`, { code: '3D000' })
})

test('a killed server loses no committed row and comes back on the same address', async t => {
  await using server = await startPostgres()
  const before = connect(server.url)
  await before`CREATE TABLE kept (id int)`
  await before`INSERT INTO kept VALUES (1)`
  await server.kill()
  await t.rejects(before`SELECT 1`)
  await before.end({ timeout: 0 })

  await server.restart()
  const after = connect(server.url)
  t.teardown(() => after.end())
  t.strictSame([...await after`SELECT id FROM kept`], [{ id: 1 }])
  t.ok(server.log.some(line => line.includes('not properly shut down')), 'it was a crash')
})

test('a paused server accepts connections, new and old, and answers none until it is resumed', async t => {
  await using server = await startPostgres()
  const old = connect(server.url)
  t.teardown(() => old.end())
  await old`SELECT 1`
  server.pause()
  const late = old`SELECT 2 AS answer`.execute()
  await t.rejects(connect(server.url, 2)`SELECT 1`, { code: 'CONNECT_TIMEOUT' })
  t.equal(await Promise.race([late, new Promise(resolve => setTimeout(resolve, 100, 'nothing'))]), 'nothing')
  server.resume()
  t.strictSame([...await late], [{ answer: 2 }])
})

test('a read-only server goes on reading and refuses writes, also on open connections', async t => {
  await using server = await startPostgres()
  const sql = connect(server.url)
  t.teardown(() => sql.end())
  await sql`CREATE TABLE kept (id int)`
  const write = async (): Promise<string> => sql`INSERT INTO kept VALUES (1)`.then(() => 'taken', (error: unknown) => (error as { code: string }).code)
  const until = async (outcome: string): Promise<void> => {
    while (await write() !== outcome) await new Promise(resolve => setTimeout(resolve, 20))
  }
  await server.refuseWrites()
  await until('25006')
  t.ok((await sql`SELECT id FROM kept`).length >= 0)
  await server.acceptWrites()
  await until('taken')
})

test('a paused server can be stopped', async () => {
  const server = await startPostgres()
  server.pause()
  await server.stop()
})

test('servers that are started at once do not take each other\'s ports', async t => {
  const servers = await Promise.all([startPostgres(), startPostgres(), startPostgres()])
  t.equal(new Set(servers.map(server => server.port)).size, 3)
  await Promise.all(servers.map(server => server.stop()))
})

test('wrong options are refused, all of them named', async t => {
  await t.rejects(startPostgres({ port: 70_000, folder: '', startTimeoutMs: Number.NaN, parameters: { 'a b': 1 } }), {
    name: 'TypeError',
    message: /folder.*port.*startTimeoutMs.*"a b"/,
  })
})

test('a setting that PostgreSQL refuses fails the start with its words, and leaves no folder behind', async t => {
  await t.rejects(startPostgres({ parameters: { max_connections: 'many' } }), {
    code: 'KEYTURN_TESTING_START_FAILED',
    message: /invalid value for parameter "max_connections"/,
  })
})

function isListening(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}
