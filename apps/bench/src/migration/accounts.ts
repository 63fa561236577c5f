import { createFernet, type Fernet, Secret } from '@keyturn/token-crypto'
import { randomBytes } from 'node:crypto'
import type postgres from 'postgres'

/** As long as an access token with its scopes. */
const PLAIN_BYTES = 200
const STEP = 20_000
/** Tokens are made once; more rows than this get them again. */
const DISTINCT = 200_000

export interface FernetKeys {
  /** Base64url, as Python prints them. */
  readonly old: string
  readonly current: string
}

export function makeKeys(): FernetKeys {
  const key = (): string => `${randomBytes(32).toString('base64url')}=`
  return { old: key(), current: key() }
}

export function fernetOf(key: string): Fernet {
  return createFernet(Secret.fromText(key))
}

/** Table of `rows` accounts, each with a Fernet token under the old key. */
export async function fillAccounts(sql: postgres.Sql, table: string, { rows, fernet }: { readonly rows: number; readonly fernet: Fernet }): Promise<void> {
  const name = sql(table)
  await sql`drop table if exists ${name}`
  await sql`create table ${name} (id integer primary key, access_token_encrypted text)`
  const distinct = Math.min(rows, DISTINCT)
  const plain = randomBytes(PLAIN_BYTES)
  for (let at = 0; at < distinct; at += STEP) {
    const some = Array.from({ length: Math.min(STEP, distinct - at) }, (_, i) => ({
      id: at + i + 1,
      access_token_encrypted: fernet.encrypt(plain),
    }))
    await sql`insert into ${name} ${sql(some)}`
  }
  for (let at = distinct; at < rows; at += distinct) {
    const last = Math.min(distinct, rows - at)
    await sql`insert into ${name} select id + ${at}, access_token_encrypted from ${name} where id <= ${last}`
  }
  await sql`vacuum analyze ${name}`
}
