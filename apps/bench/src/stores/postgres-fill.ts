import type postgres from 'postgres'
import { KEY_ID, OWNERS, SEALED_BYTES } from './samples.ts'

/** Rows as the store writes them, made by the server itself; the first `expired` of them are over. */
export async function fillPostgres(sql: postgres.Sql, sessions: number, expired: number): Promise<void> {
  const step = 50_000
  const sealed = Array.from({ length: SEALED_BYTES / 16 }, () => 'uuid_send(gen_random_uuid())').join(' || ')
  for (let from = 0; from < sessions; from += step) {
    await sql.unsafe(
      `insert into keyturn_sessions (key, sealed, key_id, version, owner_tag, created_at, expires_at)
       select sha256(convert_to('session ' || n, 'UTF8')), ${sealed}, decode($1, 'hex'), 1,
         sha256(convert_to('owner ' || (n % $2::int), 'UTF8')), now() - interval '2 days',
         case when n < $3::int then now() - random() * interval '1 day' else now() + interval '1 day' + random() * interval '1 day' end
       from generate_series($4::int, $5::int) as n`,
      [KEY_ID, OWNERS, expired, from, Math.min(from + step, sessions) - 1],
    )
  }
  await sql`vacuum analyze keyturn_sessions`
}
