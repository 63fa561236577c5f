import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { test } from 'tap'
import type { Test } from 'tap'
import { startPostgres } from '../../src/postgres/index.ts'
import { spawnNode } from '../../src/processes/index.ts'
import { isAlive } from '../../src/processes/process-tree.ts'

function connect(t: Test, url: string): postgres.Sql {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  t.teardown(() => sql.end())
  return sql
}

test('on a full disk writes are refused with 53100 and reads are not, until there is room again', async t => {
  await using server = await startPostgres({ diskMegabytes: 16 })
  const database = await server.createDatabase()
  const sql = connect(t, database.url)
  await sql`CREATE TABLE kept (text text)`
  const write = async (): Promise<unknown> => sql`INSERT INTO kept VALUES (${'x'.repeat(1500)})`
  await write()
  await server.fillDisk()
  // What the table has already may still hold a few.
  await t.rejects(async () => { for (let rows = 0; rows < 100; rows++) await write() }, { code: '53100' })
  t.ok((await sql`SELECT * FROM kept`).length > 0)
  await server.freeDisk()
  for (let rows = 0; rows < 100; rows++) await write()
  await t.rejects(server.restart(), { name: 'TypeError', message: /do not outlive/ })
})

test('nobody else sees the disk, and nothing is left when the test process is killed', { timeout: 90_000 }, async t => {
  const child = await spawnNode(new URL('./fixtures/fills-disk.ts', import.meta.url))
  const { pid, dataFolder } = await child.nextMessage({ timeoutMs: 60_000 }) as { pid: number, dataFolder: string }
  const mounts = (process: number | 'self'): string => readFileSync(`/proc/${process}/mounts`, 'utf8')
  t.match(mounts(pid), `${dataFolder}/disk tmpfs`)
  t.notMatch(mounts('self'), dataFolder)
  process.kill(child.pid, 'SIGKILL')
  await child.waitForExit()
  const deadline = performance.now() + 60_000
  while ((isAlive(pid) || existsSync(dataFolder)) && performance.now() < deadline) await sleep(50)
  t.notOk(isAlive(pid))
  t.notOk(existsSync(dataFolder))
})

test('a disk is filled only where there is one, and wrong sizes are refused', async t => {
  await t.rejects(startPostgres({ diskMegabytes: 0.5, folder: '/nowhere' }), { name: 'TypeError', message: /whole number.*kept/ })
  await using server = await startPostgres()
  await t.rejects(server.fillDisk(), { name: 'TypeError', message: /diskMegabytes/ })
})
