import { createHash, randomBytes } from 'node:crypto'
import { startPostgres } from '@keyturn/testing/postgres'
import t from 'tap'
import { createPostgresStore, type SessionStore, type StoredSession } from '../../src/index.ts'

const EXPIRES_AT = Date.now() + 3_600_000

function sessionOf(index: number, ownerTag?: Buffer): StoredSession {
  const record = { sealed: randomBytes(1 + (index % 700)), keyId: '00112233445566aa', version: index + 1, ownerTag, createdAt: 1000 + index, expiresAt: EXPIRES_AT + index }
  return { key: createHash('sha256').update(`${index}`).digest(), record }
}

t.test('many sessions of one statement are read back as they were, with owners and without', async (t) => {
  const server = await startPostgres()
  const store: SessionStore = createPostgresStore({ url: (await server.createDatabase()).url, timeoutMs: 10_000 })
  t.teardown(async () => {
    await store.close()
    await server.stop()
  })
  const owner = randomBytes(32)
  // Alone, a session without an owner makes an empty column.
  const batches = [
    [],
    [sessionOf(1)],
    [sessionOf(2, owner)],
    Array.from({ length: 300 }, (_, i) => sessionOf(10 + i, i % 3 === 0 ? owner : undefined)),
  ]
  for (const batch of batches) {
    t.equal(await store.putNewer?.(batch), batch.length)
    t.equal(await store.putNewer?.(batch), 0, 'nothing is newer the second time')
    for (const { key, record } of batch) {
      const there = await store.get(key)
      if (there === undefined || !there.sealed.equals(record.sealed)) t.fail(`record ${record.version} differs`)
      else t.strictSame({ ...there, sealed: undefined }, { ...record, sealed: undefined })
    }
  }
  t.equal((await store.listByOwner?.(owner))?.length, 101)
})
