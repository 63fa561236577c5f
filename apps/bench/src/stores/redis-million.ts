import { createRedisStore, type SessionStore } from '@keyturn/session-stores'
import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import { timeCommonCalls } from './common-calls.ts'
import { printFacts, printHeading, printLatencies, printMachine } from './report.ts'
import { keyOf, recordOf } from './samples.ts'
import { timed, timeFor, timeUntil } from './timing.ts'

/** A million sessions in Redis: calls, and counting them while readers go on. Redis prunes by itself. */
export async function measureRedis(sessions: number): Promise<void> {
  const server = await startRedis()
  const redis = new Redis(server.url)
  const store = createRedisStore({ url: server.url, timeoutMs: 10_000 })
  try {
    const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown'
    printHeading(`Redis, ${sessions} sessions`)
    printMachine(`Redis ${version}`)
    const { seconds } = await timed(() => fill(store, sessions))
    const memory = /used_memory_human:(\S+)/.exec(await redis.info('memory'))?.[1] ?? 'unknown'
    printFacts({ 'filled through the store in': `${seconds.toFixed(1)} s`, 'memory': memory })
    printLatencies(await timeCommonCalls(store, 0, sessions))
    await countPastReaders(store, sessions)
  } finally {
    redis.disconnect()
    await store.close()
    await server.stop()
  }
}

async function fill(store: SessionStore, sessions: number): Promise<void> {
  const step = 2000
  for (let from = 0; from < sessions; from += step) {
    const indexes = Array.from({ length: Math.min(step, sessions - from) }, (_, offset) => from + offset)
    await Promise.all(indexes.map((index) => store.put(keyOf(index), recordOf(index), 'any')))
  }
}

async function countPastReaders(store: SessionStore, sessions: number): Promise<void> {
  const read = (): Promise<unknown> => store.get(keyOf(Math.floor(Math.random() * sessions)))
  const alone = await timeFor(3000, 4, read)
  const counted = new AbortController()
  const readers = timeUntil(counted.signal, 4, read)
  const { seconds, result } = await timed(async () => store.statistics?.())
  counted.abort()
  printFacts({ 'statistics': `${seconds.toFixed(1)} s for ${result?.total ?? 0} sessions` })
  printLatencies({ 'read, 4 at a time, before': alone, 'read, 4 at a time, while counting': await readers })
}
