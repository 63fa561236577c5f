import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import { createPostgresStore, createRedisStore, type SessionStore } from '../../src/index.ts'
import { BATCH, measureSignOuts } from './fixtures/sign-outs.ts'

// How soon a sign-out is seen by other processes: prints one line an engine.

const BATCHES = 20

async function measure(engine: 'redis' | 'postgres', url: string, store: SessionStore): Promise<void> {
  const delaysMs = (await measureSignOuts({ engine, url, store, batches: BATCHES })).sort((a, b) => a - b)
  await store.close()
  const at = (part: number): string => (delaysMs[Math.min(delaysMs.length - 1, Math.floor(part * delaysMs.length))] ?? 0).toFixed(1)
  console.log(`${engine}: ${BATCHES * BATCH} sign-outs, two processes: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`)
}

{
  await using server = await startRedis()
  await measure('redis', server.url, createRedisStore({ url: server.url }))
}
{
  await using server = await startPostgres()
  await measure('postgres', server.url, createPostgresStore({ url: server.url }))
}
