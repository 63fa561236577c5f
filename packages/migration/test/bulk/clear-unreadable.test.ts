import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { INSTAGRAM_OAUTH_DERIVATION } from '@keyturn/token-crypto'
import t from 'tap'
import { type ClearedValue, clearUnreadable, createFernetFormat, createSealedFormat } from '../../src/index.ts'
import { fernetOf, makeAccounts, openDatabase, type Sql } from '../support/accounts.ts'
import { keyringOf, namedSecret } from '../support/secrets.ts'

const COLUMN = { table: 'accounts', column: 'access_token_encrypted' }
const from = await createFernetFormat({ secrets: [namedSecret('new')], derivation: INSTAGRAM_OAUTH_DERIVATION })

/** 100 tokens of the new secret, of which 30 are under a lost one and 5 are cut. */
async function makeDamaged(sql: Sql): Promise<void> {
  const lost = await fernetOf('lost')
  await makeAccounts(sql, await fernetOf('new'), 100)
  for (let id = 1; id <= 30; id++) await sql`update accounts set access_token_encrypted = ${lost.encrypt(`lost ${id}`)} where id = ${id}`
  await sql`update accounts set access_token_encrypted = left(access_token_encrypted, 90) where id between 31 and 35`
}

t.test('the first call is a dry run: it reports by reason and lists rows, and clears nothing', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeDamaged(sql)
  const report = await clearUnreadable({ url, ...COLUMN, from })
  t.match(report, { dryRun: true, unreadable: 30, outcomes: { current: 65, 'unknown-key': 30, corrupt: 5, changed: 0 } })
  t.equal(report.left.length, 35)
  t.same(await sql`select count(*)::integer as n from accounts where access_token_encrypted is null`, [{ n: 0 }])
})

t.test('confirmed, it clears exactly those and what belongs to them, and keeps each value', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeDamaged(sql)
  const before = await sql`select id, access_token_encrypted as value from accounts where id <= 30 order by id`
  const report = await clearUnreadable({ url, ...COLUMN, from, confirm: 30, alsoClear: ['token_expires_at'], pageSize: 12 })
  t.match(report, { state: 'done', dryRun: false, outcomes: { changed: 30, current: 65, corrupt: 5 } })
  const cleared = await sql`select id from accounts where access_token_encrypted is null and token_expires_at is null order by id`
  t.same(cleared.map(({ id }) => id), before.map(({ id }) => id))
  t.same(await sql`select count(*)::integer as n from accounts where token_expires_at is null`, [{ n: 30 }])
  const kept = await sql`select key[1]::integer as id, value_text as value, reason from keyturn_migration_cleared order by 1`
  t.same(kept, before.map((row) => ({ ...row, reason: 'unknown-key' })))
})

t.test('what is cleared is exported first, to a file that only this user can read', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeDamaged(sql)
  const before = await sql`select id, access_token_encrypted as value from accounts where id <= 30 order by id`
  const exportTo = join(t.testdir(), 'cleared.jsonl')
  t.match(await clearUnreadable({ url, ...COLUMN, from, exportTo }), { dryRun: true })
  await t.rejects(stat(exportTo), { code: 'ENOENT' }, 'a dry run exports nothing')
  await clearUnreadable({ url, ...COLUMN, from, confirm: 30, exportTo, pageSize: 12 })
  t.equal((await stat(exportTo)).mode & 0o777, 0o600)
  const lines = (await readFile(exportTo, 'utf8')).trimEnd().split('\n')
  const exported = lines.map((line) => JSON.parse(line) as ClearedValue).sort((a, b) => Number(a.key[0]) - Number(b.key[0]))
  const expected = { schema: 'public', ...COLUMN, reason: 'unknown-key' }
  t.same(exported, before.map(({ id, value }) => ({ ...expected, key: [String(id)], value })))
})

t.test('what cannot be exported is not cleared', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeDamaged(sql)
  const folder = t.testdir()
  const readable = join(folder, 'open.jsonl')
  await writeFile(readable, '')
  await chmod(readable, 0o644)
  const clear = (exportTo: string | (() => Promise<void>)) => clearUnreadable({ url, ...COLUMN, from, confirm: 30, exportTo })
  await t.rejects(clear(join(folder, 'missing', 'x')), { code: 'KEYTURN_MIGRATION_EXPORT', reason: 'ENOENT' })
  await t.rejects(clear(readable), { code: 'KEYTURN_MIGRATION_EXPORT', reason: 'OPEN_TO_OTHERS' })
  await t.rejects(clear(() => Promise.reject(new Error('no room'))), { message: 'no room' })
  await t.rejects(clear(5 as never), TypeError)
  t.same(await sql`select count(*)::integer as n from accounts where access_token_encrypted is null`, [{ n: 0 }])
  t.same(await sql`select count(*)::integer as n from keyturn_migration_cleared`, [{ n: 0 }])
  let exported = 0
  const report = await clearUnreadable({ url, ...COLUMN, from, confirm: 30, exportTo: (values) => void (exported += values.length) })
  t.same([report.outcomes.changed, exported], [30, 30])
})

t.test('bytes are kept and exported too, with the key that they name', async (t) => {
  const { url, sql } = await openDatabase(t)
  const lost = createSealedFormat({ keyring: keyringOf('lost') })
  await sql`create table vault (tenant text, n integer, secret bytea, primary key (tenant, n))`
  const place = { kind: 'column', table: 'vault', column: 'secret', row: 'any' } as const
  const value = lost.seal({ plain: Buffer.from('secret') }, place, 'bytes') as Buffer
  await sql`insert into vault values ('a"b{', 1, ${value})`
  const exported: ClearedValue[] = []
  const exportTo = (values: readonly ClearedValue[]) => void exported.push(...values)
  const sealed = createSealedFormat({ keyring: keyringOf('new') })
  const vault = { url, table: 'vault', column: 'secret', from: sealed }
  await clearUnreadable({ ...vault, confirm: 1, evenIfNothingOpens: true, exportTo })
  t.match(exported, [{ key: ['a"b{', '1'], keyId: lost.keyId, reason: 'unknown-key' }])
  t.same(exported[0]?.value, value)
  t.same(await sql`select key, key_id, value_bytes from keyturn_migration_cleared`, [{ key: ['a"b{', '1'], key_id: lost.keyId, value_bytes: value }])
})

t.test('another number than the confirmed one, or the wrong secret, clears nothing', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeDamaged(sql)
  await t.rejects(clearUnreadable({ url, ...COLUMN, from, confirm: 29 }), { code: 'KEYTURN_MIGRATION_CHANGED_SINCE_DRY_RUN', found: 30 })
  const wrong = await createFernetFormat({ secrets: [namedSecret('mistaken')], derivation: INSTAGRAM_OAUTH_DERIVATION })
  const attempt = clearUnreadable({ url, ...COLUMN, from: wrong, confirm: 95, reasons: ['unknown-key'] })
  await t.rejects(attempt, { code: 'KEYTURN_MIGRATION_NOTHING_OPENS' })
  t.same(await sql`select count(*)::integer as n from accounts where access_token_encrypted is null`, [{ n: 0 }])
  const all = await clearUnreadable({ url, ...COLUMN, from: wrong, confirm: 95, evenIfNothingOpens: true })
  t.equal(all.outcomes.changed, 95)
})

t.test('a column that may not be null is refused', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeDamaged(sql)
  await sql`alter table accounts alter column access_token_encrypted set not null`
  await t.rejects(clearUnreadable({ url, ...COLUMN, from }), { code: 'KEYTURN_MIGRATION_COLUMN' })
  await t.rejects(clearUnreadable({ url, ...COLUMN, from, reasons: [], confirm: 0.5 }), TypeError)
})
