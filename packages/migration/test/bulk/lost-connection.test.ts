import { type Fernet, INSTAGRAM_OAUTH_DERIVATION } from '@keyturn/token-crypto'
import { startPostgres } from '@keyturn/testing/postgres'
import postgres from 'postgres'
import t from 'tap'
import { createFernetFormat, reencryptColumn } from '../../src/index.ts'
import { fernetOf, makeAccounts } from '../support/accounts.ts'
import { namedSecret } from '../support/secrets.ts'

const COLUMN = { table: 'accounts', column: 'access_token_encrypted' }

t.test('a database that goes away and comes back only delays the run; one that stays away ends it with a code', async (t) => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const { url } = await server.createDatabase()
  const sql = postgres(url, { max: 2, onnotice: () => undefined })
  t.teardown(() => sql.end({ timeout: 1 }))
  await makeAccounts(sql, await fernetOf('old'), 4000)
  const to = await createFernetFormat({ secrets: [namedSecret('new'), namedSecret('old')], derivation: INSTAGRAM_OAUTH_DERIVATION })

  let restarted: Promise<unknown> | undefined
  const onProgress = (): void => void (restarted ??= server.restart())
  const report = await reencryptColumn({ url, ...COLUMN, from: to, to, pageSize: 50, maxItemsPerSecond: 1500, attempts: 100, onProgress })
  await restarted
  t.ok(restarted, 'restarted in the middle')
  t.match(report, { state: 'done', total: 4000, outcomes: { changed: 4000 } })

  const secrets = [namedSecret('third'), namedSecret('new')] as const
  const next = await createFernetFormat({ secrets, derivation: INSTAGRAM_OAUTH_DERIVATION })
  await server.kill()
  const failure: unknown = await reencryptColumn({ url, ...COLUMN, from: next, to: next, attempts: 2 }).catch((error: unknown) => error)
  t.match(failure, { code: 'KEYTURN_MIGRATION_DATABASE_UNAVAILABLE' })
  t.notMatch(String(failure), /postgres:\/\//)
})

t.test('a server that is killed and forgets the pages it had not written to disk gets them again, and the end is kept', async (t) => {
  // Nothing is written by itself while the run goes on.
  const server = await startPostgres({ parameters: { wal_writer_delay: '10s', wal_buffers: '16MB' } })
  t.teardown(() => server.stop())
  const { url } = await server.createDatabase()
  const sql = postgres(url, { max: 2, onnotice: () => undefined })
  t.teardown(() => sql.end({ timeout: 1 }))
  const [old, current] = [await fernetOf('old'), await fernetOf('new')]
  await makeAccounts(sql, old, 6000)
  const to = await createFernetFormat({ secrets: [namedSecret('new'), namedSecret('old')], derivation: INSTAGRAM_OAUTH_DERIVATION })
  const tokens = async (): Promise<string[]> => (await sql`select access_token_encrypted as token from accounts`).map((row) => String(row['token']))
  const countCurrent = async (): Promise<number> => (await tokens()).filter((token) => opens(current, token)).length

  let crashed: Promise<{ reported: number; kept: number }> | undefined
  const crash = async (reported: number): Promise<{ reported: number; kept: number }> => {
    await server.kill()
    await server.restart()
    return { reported, kept: await countCurrent() }
  }
  const options = { url, table: 'accounts', column: 'access_token_encrypted', from: to, to, pageSize: 50, attempts: 100 }
  const report = await reencryptColumn({ ...options, maxItemsPerSecond: 2000, onProgress: ({ done }) => void (crashed ??= crash(done)) })
  const { reported, kept } = await (crashed ?? Promise.reject(new Error('no progress was told')))
  t.ok(kept < reported, `the server forgot pages: ${kept} of ${reported} rows were there`)
  t.match(report, { state: 'done', total: 6000, outcomes: { changed: 6000 }, left: [] })

  await server.kill()
  await server.restart()
  t.equal(await countCurrent(), 6000, 'what was reported as done outlives the next crash')
  t.match(await reencryptColumn(options), { nothingToDo: true, outcomes: { current: 6000 } })
})

function opens(fernet: Fernet, token: string): boolean {
  try {
    fernet.decrypt(token)
    return true
  } catch {
    return false
  }
}
