import { INSTAGRAM_OAUTH_DERIVATION } from '@keyturn/token-crypto'
import t from 'tap'
import { clearUnreadable, createFernetFormat } from '../../src/index.ts'
import { fernetOf, makeAccounts, openDatabase, type Sql } from '../support/accounts.ts'
import { namedSecret } from '../support/secrets.ts'

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
