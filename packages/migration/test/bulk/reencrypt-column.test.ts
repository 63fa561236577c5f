import { INSTAGRAM_OAUTH_DERIVATION, openText, sealText } from '@keyturn/token-crypto'
import t from 'tap'
import { createFernetFormat, createSealedFormat, reencryptColumn } from '../../src/index.ts'
import { fernetOf, MADE_AT, makeAccounts, openDatabase } from '../support/accounts.ts'
import { keyringOf, namedSecret } from '../support/secrets.ts'

const COLUMN = { table: 'accounts', column: 'access_token_encrypted' }

function fernetFormat(first: string, ...others: string[]) {
  const secrets = [namedSecret(first), ...others.map(namedSecret)] as const
  return createFernetFormat({ secrets, derivation: INSTAGRAM_OAUTH_DERIVATION })
}

t.test('Fernet tokens move to the new secret with their timestamps; a second run has nothing to do', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeAccounts(sql, await fernetOf('old'), 2500)
  const to = await fernetFormat('new', 'old')
  const report = await reencryptColumn({ url, ...COLUMN, from: to, to, pageSize: 300, verify: true })
  t.match(report, { state: 'done', resumed: false, dryRun: false, total: 2500, remaining: 0, nothingToDo: false })
  t.equal(report.outcomes.changed, 2500)
  const fernet = await fernetOf('new')
  for (const { id, access_token_encrypted: token } of await sql`select * from accounts`) {
    if (fernet.decrypt(token).toString() !== `token ${id}`) t.fail(`row ${id} has another plain text`)
    if (fernet.extractTimestamp(token) !== MADE_AT + 1000 * id) t.fail(`row ${id} has another timestamp`)
  }
  const again = await reencryptColumn({ url, ...COLUMN, from: to, to })
  t.equal(again.nothingToDo, true)
  t.equal(again.outcomes.current, 2500)
})

t.test('a dry run counts what a run would do, shows its SQL and writes nothing', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeAccounts(sql, await fernetOf('old'), 50)
  const before = await sql`select * from accounts order by id`
  const to = await fernetFormat('new', 'old')
  const report = await reencryptColumn({ url, ...COLUMN, from: to, to, dryRun: true })
  t.match(report, { dryRun: true, total: 50, outcomes: { changed: 50 } })
  t.match(report.sql.write, /^update "public"\."accounts" as t set "access_token_encrypted" = v\.new from rows from \(unnest/)
  t.match(report.sql.read, /order by t\."id" limit/)
  t.same(await sql`select * from accounts order by id`, before)
  t.same(await sql`select tablename from pg_tables where schemaname = 'public'`, [{ tablename: 'accounts' }])
})

t.test('rows that do not open are listed by reason and stay as they are, byte for byte', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeAccounts(sql, await fernetOf('old'), 300)
  const alien = await fernetOf('alien')
  const strange = new Map<number, string | null>()
  for (let i = 0; i < 50; i++) strange.set(i * 6 + 1, alien.encrypt('of another'))
  for (let i = 0; i < 50; i++) strange.set(i * 6 + 2, (await fernetOf('old')).encrypt('cut off').slice(0, -4 - (i % 30)))
  strange.set(3, 'plain text')
  strange.set(4, null)
  strange.set(5, '')
  for (const [id, value] of strange) await sql`update accounts set access_token_encrypted = ${value} where id = ${id}`
  const to = await fernetFormat('new', 'old')
  const report = await reencryptColumn({ url, ...COLUMN, from: to, to, pageSize: 40 })
  t.match(report.outcomes, { changed: 197, 'unknown-key': 50, corrupt: 50, 'not-ours': 1, empty: 2 })
  t.equal(report.left.length, 101)
  t.same(report.left.find(({ outcome }) => outcome === 'not-ours'), { key: ['3'], outcome: 'not-ours' })
  for (const [id, value] of strange) {
    const [row] = await sql`select access_token_encrypted as value from accounts where id = ${id}`
    if (row?.['value'] !== value) t.fail(`row ${id} was touched`)
  }
})

t.test('composite and text keys, from Fernet to sealed values that are bound to their row', async (t) => {
  const { url, sql } = await openDatabase(t)
  const old = await fernetOf('old')
  await sql`create table grants (tenant text, "Number" bigint, "The Token" text not null, primary key (tenant, "Number"))`
  const tenants = ['a', 'Ä "quoted"', 'b\\c', "d'e", 'NULL', 'z, y', ' ']
  for (const tenant of tenants) {
    for (let n = 0; n < 9; n++) {
      await sql`insert into grants values (${tenant}, ${(2n ** 60n + BigInt(n)).toString()}, ${old.encrypt(`${tenant} ${n}`)})`
    }
  }
  const keyring = keyringOf('new')
  const to = createSealedFormat({ keyring })
  const from = await fernetFormat('old')
  const report = await reencryptColumn({ url, table: 'grants', column: 'The Token', from, to, pageSize: 10, workers: 3 })
  t.equal(report.outcomes.changed, 63)
  for (const row of await sql`select tenant, "Number"::text as n, "The Token" as token from grants`) {
    const place = { kind: 'column', table: 'grants', column: 'The Token', row: JSON.stringify([row['tenant'], row['n']]) } as const
    const expected = `${row['tenant']} ${BigInt(row['n']) - 2n ** 60n}`
    if (openText(keyring, 'token', row['token'], place) !== expected) t.fail(`${expected} is lost`)
  }
})

t.test('sealed bytes are sealed anew under the primary key, and what was moved from its row counts as corrupt', async (t) => {
  const { url, sql } = await openDatabase(t)
  await sql`create table vault (id uuid primary key default gen_random_uuid(), secret bytea)`
  const old = createSealedFormat({ keyring: keyringOf('old') })
  for (let i = 0; i < 20; i++) {
    const [row] = await sql`insert into vault default values returning id::text`
    const place = { kind: 'column', table: 'vault', column: 'secret', row: i === 7 ? 'elsewhere' : row?.['id'] } as const
    await sql`update vault set secret = ${old.seal({ plain: Buffer.from(`secret ${i}`) }, place, 'bytes') as Buffer} where id = ${row?.['id']}`
  }
  const to = createSealedFormat({ keyring: keyringOf('new', 'old') })
  const report = await reencryptColumn({ url, table: 'vault', column: 'secret', from: to, to })
  t.match(report.outcomes, { changed: 19, corrupt: 1 })
  t.same(report.byKeyId, { [old.keyId]: 20 })
})

t.test('a column that is too narrow is refused before anything is written, with the statement that widens it', async (t) => {
  const { url, sql } = await openDatabase(t)
  const old = createSealedFormat({ keyring: keyringOf('old') })
  await sql`create table notes (id integer primary key, body varchar(92))`
  for (let id = 1; id <= 5; id++) {
    const place = { kind: 'column', table: 'notes', column: 'body', row: id } as const
    await sql`insert into notes values (${id}, ${old.seal({ plain: Buffer.from('short text') }, place, 'text') as string})`
  }
  const before = await sql`select * from notes order by id`
  const options = { url, table: 'notes', column: 'body', from: old, to: await fernetFormat('new') }
  await t.rejects(reencryptColumn(options), {
    code: 'KEYTURN_MIGRATION_COLUMN_TOO_NARROW',
    message: /has 92 characters and needs 100\..* alter table "public"\."notes" alter column "body" type varchar\(100\)/,
  })
  t.same(await sql`select * from notes order by id`, before)
  await sql`alter table notes alter column body type varchar(100)`
  t.match((await reencryptColumn(options)).outcomes, { changed: 5, 'too-wide': 0 })
})

t.test('a sealed text column round trips', async (t) => {
  const { url, sql } = await openDatabase(t)
  await sql`create table notes (id integer primary key, body text)`
  const place = { kind: 'column', table: 'notes', column: 'body', row: 1 } as const
  await sql`insert into notes values (1, ${sealText(keyringOf('old'), 'token', 'hello', place)})`
  const to = createSealedFormat({ keyring: keyringOf('new', 'old') })
  await reencryptColumn({ url, table: 'notes', column: 'body', from: to, to })
  const [row] = await sql`select body from notes`
  t.equal(openText(keyringOf('new'), 'token', row?.['body'], place), 'hello')
})

t.test('a table without a key, an unknown column and a column of numbers are refused by name', async (t) => {
  const { url, sql } = await openDatabase(t)
  await sql`create table loose (id integer, secret text)`
  await sql`create table counted (id integer primary key, secret integer)`
  const to = createSealedFormat({ keyring: keyringOf('new') })
  const attempt = (table: string, column: string) => reencryptColumn({ url, table, column, from: to, to })
  await t.rejects(attempt('loose', 'secret'), { code: 'KEYTURN_MIGRATION_COLUMN', message: /no primary key/ })
  await t.rejects(attempt('counted', 'hidden'), { code: 'KEYTURN_MIGRATION_COLUMN', message: /no column public\.counted\.hidden/ })
  await t.rejects(attempt('counted', 'secret'), { code: 'KEYTURN_MIGRATION_COLUMN', message: /type integer/ })
})

t.test('an unfinished job is not continued towards another key', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeAccounts(sql, await fernetOf('old'), 500)
  const controller = new AbortController()
  const first = await fernetFormat('new', 'old')
  const onProgress = () => controller.abort()
  const options = { url, ...COLUMN, pageSize: 20, workers: 1 }
  const abortSoon = { signal: controller.signal, onProgress, clock: { now: countingClock(), setTimer: immediateTimer } }
  const aborted = await reencryptColumn({ ...options, from: first, to: first, ...abortSoon })
  t.equal(aborted.state, 'aborted')
  t.ok(aborted.outcomes.changed > 0 && aborted.outcomes.changed < 500, 'stopped in the middle')
  const second = await fernetFormat('other', 'new', 'old')
  await t.rejects(reencryptColumn({ ...options, from: second, to: second }), { code: 'KEYTURN_MIGRATION_DIFFERENT_JOB' })
  const resumed = await reencryptColumn({ ...options, from: first, to: first })
  t.match(resumed, { state: 'done', resumed: true, outcomes: { changed: 500 }, total: 500 })
})

t.test('every wrong option is named at once, and the password of the URL is not', async (t) => {
  const to = createSealedFormat({ keyring: keyringOf('new') })
  const wrong = { url: 'mysql://root:hidden@x', table: '', column: 'c', from: [], to, pageSize: Number.NaN, workers: 0 }
  const failure: unknown = await reencryptColumn(wrong).catch((error: unknown) => error)
  t.type(failure, TypeError)
  t.match((failure as Error).message, /workers .*; pageSize /)
  const column: unknown = await reencryptColumn({ ...wrong, pageSize: 1, workers: 1 }).catch((error: unknown) => error)
  t.match((column as Error).message, /url must begin .*; table must .*; from must /)
  t.notMatch((column as Error).message, /hidden/)
})

/** Each look is half a second later. */
function countingClock(): () => number {
  let looks = 0
  return () => (looks += 500)
}

function immediateTimer(callback: () => void): () => void {
  const timer = setImmediate(callback)
  return () => clearImmediate(timer)
}
