import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { test } from 'tap'
import type { Test } from 'tap'
import { startMariadb } from '../../src/mariadb/index.ts'

async function connect(t: Test, url: string, connectTimeout = 30_000): Promise<Connection> {
  const connection = await createConnection({ uri: url, connectTimeout })
  connection.on('error', () => {})
  t.teardown(() => connection.destroy())
  return connection
}

test('a server answers with its version behind a password, and databases do not meet', { timeout: 180_000 }, async t => {
  await using server = await startMariadb({ parameters: { 'max-connections': 21 } })
  const [one, two] = await Promise.all([server.createDatabase(), server.createDatabase()])
  const [sqlOne, sqlTwo] = await Promise.all([connect(t, one.url), connect(t, two.url)])
  t.match((await sqlOne.query('SELECT VERSION() AS version, @@max_connections AS most, @@bind_address AS host'))[0], [{ version: /MariaDB/, most: 21, host: '127.0.0.1' }])
  await sqlOne.query('CREATE TABLE only_here (id INT PRIMARY KEY, name VARCHAR(20) CHARACTER SET utf8mb4)')
  await sqlOne.query('INSERT INTO only_here VALUES (1, ?)', ['grüß 🎉'])
  t.match((await sqlOne.query('SELECT name FROM only_here'))[0], [{ name: 'grüß 🎉' }])
  await t.rejects(sqlTwo.query('SELECT * FROM only_here'), { code: 'ER_NO_SUCH_TABLE' })
  await one.drop()
  await t.rejects(connect(t, one.url), { code: 'ER_BAD_DB_ERROR' })
  await t.rejects(connect(t, server.url.replace(server.password, 'guessed')), { code: 'ER_ACCESS_DENIED_ERROR' })
})

test('a killed server loses no committed row and comes back on the same address', { timeout: 180_000 }, async t => {
  await using server = await startMariadb()
  const { url } = await server.createDatabase()
  const before = await connect(t, url)
  await before.query('CREATE TABLE kept (id INT) ENGINE=InnoDB')
  await before.query('INSERT INTO kept VALUES (1)')
  await server.kill()
  await t.rejects(connect(t, url), { code: 'ECONNREFUSED' })
  await server.restart()
  t.match((await (await connect(t, url)).query('SELECT id FROM kept'))[0], [{ id: 1 }])
})

test('a paused server answers nothing until it is resumed', { timeout: 180_000 }, async t => {
  await using server = await startMariadb()
  server.pause()
  await t.rejects(connect(t, server.url, 2_000), { code: 'ETIMEDOUT' })
  server.resume()
  t.ok(await connect(t, server.url))
})

test('wrong options are refused, all of them named', async t => {
  await t.rejects(startMariadb({ parameters: { 'a b': 1 }, startTimeoutMs: Number.NaN }), { name: 'TypeError', message: /"a b".*startTimeoutMs/ })
  await t.rejects(startMariadb({ parameters: { 'no-such-setting': 1 } }), { code: 'KEYTURN_TESTING_START_FAILED', message: /no-such-setting/ })
})
