import t, { type Test } from 'tap'
import type { ColumnChange } from '../../src/column/decide-column.ts'
import { createColumnStatements } from '../../src/postgres/column-statements.ts'
import { describeColumn } from '../../src/postgres/column-table.ts'
import { journalNames } from '../../src/postgres/journal-schema.ts'
import { createPostgresPool } from '../../src/postgres/postgres-connection.ts'
import { createPostgresPlace, runTransaction } from '../../src/postgres/postgres-place.ts'
import { createWorkerLock } from '../../src/postgres/worker-lock.ts'
import { openDatabase } from '../support/accounts.ts'

/** Values that a list or an array could be confused by. */
const ODD = ['a,b', '"quoted"', 'back\\slash', "it's", '{x}', 'NULL', ' ', 'line\nbreak', 'Ä€🙂', 'kt1.abc|,;']

async function openPlace(t: Test, url: string, column: string) {
  const pool = createPostgresPool(url)
  t.teardown(() => pool.close())
  const table = await runTransaction(pool, (run) => describeColumn(run, { schema: 'public', table: 'odd', column }, undefined))
  const statements = createColumnStatements(table)
  const lock = await createWorkerLock(pool)
  return createPostgresPlace({ pool, table, statements, names: journalNames('public'), job: 'test', lock, leaseMs: 60_000, maxListed: 10 })
}

t.test('text is written over the very value that was read, and of a page it is told which was', async (t) => {
  const { url, sql } = await openDatabase(t)
  await sql`create table odd (name text, n integer, value text, primary key (name, n))`
  for (const [n, value] of ODD.entries()) await sql`insert into odd values (${value}, ${n}, ${value})`
  const place = await openPlace(t, url, 'value')
  const change = (n: number, from: string, to = 'newer'): ColumnChange => ({ key: [ODD[n] as string, String(n)], from, to })

  const all = ODD.map((value, n) => change(n, value, `new ${value}`))
  t.same(await place.transaction((tx) => tx.compareAndSet(all)), ODD.map(() => true))
  t.same((await sql`select value from odd order by n`).map(({ value }) => value), ODD.map((value) => `new ${value}`))

  const mixed = [change(0, 'new a,b'), change(1, 'what it was before'), { ...change(2, 'new back\\slash'), key: ['removed', '2'] }, change(3, "new it's ")]
  t.same(await place.transaction((tx) => tx.compareAndSet(mixed)), [true, false, false, false])
  t.same(await place.transaction((tx) => tx.compareAndSet([change(4, 'x')])), [false])
  const after = ['newer', ...ODD.slice(1).map((value) => `new ${value}`)]
  t.same((await sql`select value from odd order by n`).map(({ value }) => value), after)
})

t.test('so are bytes, and a value that became null in between is left alone', async (t) => {
  const { url, sql } = await openDatabase(t)
  await sql`create table odd (id uuid primary key default gen_random_uuid(), value bytea)`
  const before = [Buffer.of(0), Buffer.from('\\x00,'), Buffer.alloc(300, 255)]
  for (const value of before) await sql`insert into odd (value) values (${value})`
  const keys = await Promise.all(before.map(async (value) => String((await sql`select id from odd where value = ${value}`)[0]?.['id'])))
  const place = await openPlace(t, url, 'value')
  const changes = before.map((from, i): ColumnChange => ({ key: [keys[i] as string], from, to: Buffer.concat([from, Buffer.of(i)]) }))
  await sql`update odd set value = null where id = ${keys[1] as string}`
  t.same(await place.transaction((tx) => tx.compareAndSet(changes)), [true, false, true])
  const after = await Promise.all(keys.map(async (id) => (await sql`select value from odd where id = ${id}`)[0]?.['value'] as Buffer | null))
  t.same(after, [Buffer.of(0, 0), null, Buffer.concat([Buffer.alloc(300, 255), Buffer.of(2)])])
})
