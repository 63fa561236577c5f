import t, { type Test } from 'tap'
import { createFernet, deriveFernetKey, type Fernet, INSTAGRAM_OAUTH_DERIVATION } from '@keyturn/token-crypto'
import { startPostgres } from '@keyturn/testing/postgres'
import postgres from 'postgres'
import { namedSecret } from './secrets.ts'

export type Sql = ReturnType<typeof postgres>

t.teardown(async () => (await started)?.stop())

let started: ReturnType<typeof startPostgres> | undefined

/** A database of its own, on a real server that the tests of one file share. */
export async function openDatabase(t: Test): Promise<{ url: string; sql: Sql }> {
  started ??= startPostgres()
  const server = await started
  const { url } = await server.createDatabase()
  const sql = postgres(url, { max: 4, onnotice: () => undefined })
  t.teardown(() => sql.end({ timeout: 1 }))
  return { url, sql }
}

export async function fernetOf(name: string): Promise<Fernet> {
  return createFernet(await deriveFernetKey(namedSecret(name), INSTAGRAM_OAUTH_DERIVATION))
}

export const MADE_AT = 1_700_000_000_000

/** Table `accounts` with Fernet tokens of `token 1`, `token 2`, … made a second apart. */
export async function makeAccounts(sql: Sql, fernet: Fernet, count: number): Promise<void> {
  await sql`create table accounts (id integer primary key, access_token_encrypted text, token_expires_at timestamptz default now())`
  const rows = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    access_token_encrypted: fernet.encryptAt(`token ${i + 1}`, MADE_AT + 1000 * (i + 1)),
  }))
  for (let at = 0; at < rows.length; at += 5000) await sql`insert into accounts ${sql(rows.slice(at, at + 5000))}`
}
