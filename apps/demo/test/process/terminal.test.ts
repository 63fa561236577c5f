import { createServer } from 'node:net'
import { startPostgres } from '@keyturn/testing/postgres'
import t from 'tap'
import { isThere } from '../../src/process/launcher.ts'
import { demoFolder, postgresPid, runDemo, startDemo, waitUntil } from '../support/demo.ts'

t.test('a port that is taken is told with the way out, before a database is started', async (t) => {
  const server = createServer()
  const port = await new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)))
  t.teardown(() => server.close())
  const folder = demoFolder(t)
  const demo = await runDemo(t, { PORT: String(port), DEMO_FOLDER: folder })
  t.equal((await demo.waitForExit()).code, 1)
  t.match(demo.lines.join('\n'), `Port ${port} on 127.0.0.1 is taken`)
  t.match(demo.lines.join('\n'), `PORT=${port + 1} npx -y pnpm demo`)
  t.notMatch(demo.lines.join('\n'), 'Starting PostgreSQL')
})

t.test('wrong settings are named, all at once', async (t) => {
  const demo = await runDemo(t, { PORT: 'http', DATABASE_URL: 'mysql://localhost/demo' })
  t.equal((await demo.waitForExit()).code, 1)
  t.match(demo.lines.join('\n'), /PORT must be a whole number/)
  t.match(demo.lines.join('\n'), /DATABASE_URL must look like postgres:/)
})

t.test('an address that is not of this machine is told', async (t) => {
  const demo = await runDemo(t, { HOST: '192.0.2.1' })
  t.equal((await demo.waitForExit()).code, 1)
  t.match(demo.lines.join('\n'), /Cannot listen on 192.0.2.1/)
})

t.test('SIGTERM ends the server and the database, in order', async (t) => {
  const demo = await startDemo(t)
  const pid = postgresPid(demo.folder) ?? 0
  t.ok(isThere(pid))
  t.strictSame(await demo.process.kill('SIGTERM'), { code: 0, signal: null })
  t.notOk(isThere(pid))
  t.equal(postgresPid(demo.folder), undefined, 'the database took its mark away')
  await t.rejects(fetch(demo.address))
})

t.test('SIGTERM while it starts ends it too', async (t) => {
  const folder = demoFolder(t)
  const demo = await runDemo(t, { DEMO_FOLDER: folder })
  await demo.waitForLine(/Starting PostgreSQL/)
  t.strictSame(await demo.kill('SIGTERM'), { code: 0, signal: null })
  t.equal(postgresPid(folder), undefined)
  t.notMatch(demo.lines.join('\n'), /Open|ended with/)
})

t.test('Ctrl-C, which every process of the terminal hears, ends it quietly', async (t) => {
  const demo = await startDemo(t)
  const pid = postgresPid(demo.folder) ?? 0
  const before = demo.process.lines.length
  process.kill(-demo.process.pid, 'SIGINT')
  t.strictSame(await demo.process.waitForExit(), { code: 0, signal: null })
  t.notOk(isThere(pid))
  t.strictSame(demo.process.lines.slice(before), [])
})

t.test('a supervisor that is killed takes server and database with it', async (t) => {
  const demo = await startDemo(t)
  const pid = postgresPid(demo.folder) ?? 0
  demo.process.signal('SIGKILL')
  await demo.process.waitForExit()
  t.ok(await waitUntil(() => !isThere(pid)))
  await t.rejects(fetch(demo.address))
})

t.test('a second demo on the same folder is told so', async (t) => {
  const { folder } = await startDemo(t)
  const second = await runDemo(t, { DEMO_FOLDER: folder })
  t.equal((await second.waitForExit()).code, 1)
  t.match(second.lines.join('\n'), /Another demo uses the data[^]*DEMO_FOLDER=/)
})

t.test('a DATABASE_URL where nobody answers is told, and nothing is left', async (t) => {
  const demo = await runDemo(t, { DATABASE_URL: 'postgres://ada:pass-word@127.0.0.1:1/demo' })
  t.equal((await demo.waitForExit()).code, 1)
  t.match(demo.lines.join('\n'), /PostgreSQL does not answer. Check .* DATABASE_URL/)
  t.notMatch(demo.lines.join('\n'), 'pass-word')
})

t.test('DATABASE_URL takes another server', async (t) => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const demo = await startDemo(t, { DATABASE_URL: server.url })
  t.equal(postgresPid(demo.folder), undefined, 'no embedded one')
  t.notMatch(demo.process.lines.join('\n'), server.password, 'its password is not printed')
  const response = await fetch(demo.address)
  t.equal(response.status, 200)
  t.match(await response.text(), 'What the database holds')
})
