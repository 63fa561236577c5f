import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { createRedisStore, toStoreKey } from '../../src/index.ts'
import { checkBytes, checkRecords, fillWithVictims } from '../fixtures/stolen.ts'

t.test('a stolen RDB and append-only file yield no data, no user and no id', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-stolen-redis-'))
  // Compressed, what is looked for could hide.
  const server = await startRedis({ folder, parameters: { rdbcompression: 'no', appendonly: 'yes', save: '' } })
  const redis = new Redis(server.url)
  const store = createRedisStore({ url: server.url })
  t.teardown(async () => {
    redis.disconnect()
    await store.close()
    await server.stop()
    await rm(folder, { recursive: true })
  })
  const { victims } = await fillWithVictims(store)
  await redis.save()
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const contents = await Promise.all(files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name))))
  t.ok(contents.length >= 2)
  checkBytes(t, Buffer.concat(contents), victims, Buffer.from(toStoreKey(victims[0]?.id ?? '').toString('base64url')))
  await checkRecords(t, store, victims)
})
