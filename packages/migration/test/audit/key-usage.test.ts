import { createLiveKeyring, createKeyId, INSTAGRAM_OAUTH_DERIVATION } from '@keyturn/token-crypto'
import { createMemoryStore, createSealedSessions, type SessionStore, toStoreKey } from '@keyturn/session-stores'
import t from 'tap'
import { countKeyUsage, createFernetFormat, createMigratingStore } from '../../src/index.ts'
import { fernetOf, makeAccounts, openDatabase } from '../support/accounts.ts'
import { keyringOf, namedSecret } from '../support/secrets.ts'

const expiresAt = Date.now() + 3_600_000

async function storeWith(counts: Record<string, number>): Promise<SessionStore> {
  const store = createMemoryStore({ environment: 'test' })
  for (const [name, count] of Object.entries(counts)) {
    const sessions = createSealedSessions({ store, keyring: createLiveKeyring({ keyring: keyringOf(name) }) })
    for (let i = 0; i < count; i++) await sessions.create(`${name} ${i}`, { data: {}, expiresAt })
  }
  return store
}

t.test('counts by key id over stores and columns, so that a key is retired only when nothing needs it', async (t) => {
  const { url, sql } = await openDatabase(t)
  await makeAccounts(sql, await fernetOf('old'), 12)
  await sql`update accounts set access_token_encrypted = 'damaged' where id = 1`
  const from = await createFernetFormat({ secrets: [namedSecret('old')], derivation: INSTAGRAM_OAUTH_DERIVATION })
  const store = await storeWith({ old: 3, new: 2 })
  await createMigratingStore({ from: store, to: store }).destroy(toStoreKey('an ended session leaves a mark that is no session'))
  const usage = await countKeyUsage({ stores: [store], columns: [{ url, table: 'accounts', column: 'access_token_encrypted', from }] })
  const [old, current] = [createKeyId(namedSecret('old')), createKeyId(namedSecret('new'))]
  t.same(Object.fromEntries(usage.byKeyId), { [old]: 14, [current]: 2 })
  t.same(usage.places.map(({ place }) => place), ['store memory', 'column public.accounts.access_token_encrypted'])
  t.equal(usage.unreadable, 1)
  t.equal(usage.isUnused(old), false)
  t.equal(usage.isUnused(createKeyId(namedSecret('other'))), true)
})

t.test('a store without statistics is scanned; with neither nobody can know', async (t) => {
  const store = await storeWith({ old: 3 })
  const { statistics: _, ...scannable } = store
  const usage = await countKeyUsage({ stores: [scannable] })
  t.equal(usage.byKeyId.get(createKeyId(namedSecret('old'))), 3)
  const { scan: __, ...opaque } = scannable
  await t.rejects(countKeyUsage({ stores: [opaque] }), { code: 'KEYTURN_MIGRATION_KEY_USAGE_UNKNOWN' })
})
