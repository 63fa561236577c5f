import { INSTAGRAM_OAUTH_DERIVATION } from '@keyturn/token-crypto'
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
