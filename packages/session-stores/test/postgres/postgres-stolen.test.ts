import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@keyturn/testing/postgres'
import postgres from 'postgres'
import t from 'tap'
import { createPostgresStore, toStoreKey } from '../../src/index.ts'
import { checkBytes, checkRecords, fillWithVictims } from '../fixtures/stolen.ts'

const EMPTY_PAGE = Buffer.alloc(8192)

t.test('a stolen table with its indexes and its write-ahead log yields no data, no user and no id', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-stolen-postgres-'))
  const server = await startPostgres({ folder })
  const sql = postgres(server.url)
  const store = createPostgresStore({ url: server.url })
  t.teardown(async () => {
    await Promise.all([sql.end(), store.close()])
    await server.stop()
    await rm(folder, { recursive: true })
  })
  // What was logged before, when the cluster was made, holds no session.
  await sql`select pg_switch_wal()`
  const [wal] = await sql`select pg_walfile_name(pg_current_wal_lsn() + 1) as first`
  const { victims } = await fillWithVictims(store)
  await sql`checkpoint`
  const relations = await sql`select pg_relation_filepath(oid) as path from pg_class where relname like 'keyturn_sessions%' and relkind in ('r', 'i')`
  const segments = (await readdir(join(folder, 'data', 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= String(wal?.['first']))
  t.ok(relations.length >= 4 && segments.length > 0)
  const paths = [...segments.map((name) => join('pg_wal', name)), ...relations.map((row) => String(row['path']))]
  const contents = await Promise.all(paths.map((path) => readFile(join(folder, 'data', path))))
  const key = toStoreKey(victims[0]?.id ?? '')
  checkBytes(t, Buffer.concat(contents.map(withoutEmptyEnd)), victims, key)
  await checkRecords(t, store, victims)
})

/** A segment of the log is 16 MiB, and what was not written yet is zeros. */
function withoutEmptyEnd(content: Buffer): Buffer {
  let end = content.length
  while (end >= 8192 && content.subarray(end - 8192, end).equals(EMPTY_PAGE)) end -= 8192
  return content.subarray(0, end)
}
