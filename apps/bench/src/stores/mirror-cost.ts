import { createPostgresStore, createRedisStore, type SessionStore } from '@keyturn/session-stores'
import { createFailoverStore } from '@keyturn/session-stores/failover'
import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import { printFacts, printHeading, printLatencies, printMachine } from './report.ts'
import { keyOf, recordOf } from './samples.ts'
import { type Latencies, timeFor } from './timing.ts'

const ROUND_MS = 4000
const CLIENTS = 16
const SESSIONS = 20_000

interface Batches {
  statements: number
  sessions: number
}

/** What it costs to be mirrored: Redis alone beside Redis with PostgreSQL behind it, in turns. */
export async function measureMirror(): Promise<void> {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  const batches: Batches = { statements: 0, sessions: 0 }
  const alone = createRedisStore({ url: redis.url, prefix: 'alone:' })
  const second = counting(createPostgresStore({ url: postgres.url }), batches)
  const chain = createFailoverStore([createRedisStore({ url: redis.url, prefix: 'chain:' }), second])
  try {
    printHeading('The mirror of a chain: Redis, and PostgreSQL behind it')
    printMachine('Redis and PostgreSQL beside their client')
    for (const store of [alone, chain]) await fill(store)
    const rows: Record<string, Latencies> = {}
    for (const round of [1, 2]) {
      rows[`read, Redis alone, ${round}`] = await timeFor(ROUND_MS, CLIENTS, readOf(alone))
      rows[`read, chain, ${round}`] = await timeFor(ROUND_MS, CLIENTS, readOf(chain))
      rows[`write, Redis alone, ${round}`] = await timeFor(ROUND_MS, CLIENTS, writeOf(alone))
      Object.assign(batches, { statements: 0, sessions: 0 })
      const written = await timeFor(ROUND_MS, CLIENTS, writeOf(chain))
      rows[`write, chain, ${round}`] = written
      const { statements, sessions } = batches
      printFacts({
        [`round ${round}`]: `${written.calls} writes became ${statements} statements of ${Math.round(sessions / statements)} sessions`,
      })
    }
    printLatencies(rows)
  } finally {
    await Promise.all([alone.close(), chain.close()])
    await Promise.all([redis.stop(), postgres.stop()])
  }
}

function counting(store: SessionStore, batches: Batches): SessionStore {
  return {
    ...store,
    async putNewer(sessions) {
      batches.statements++
      batches.sessions += sessions.length
      return (await store.putNewer?.(sessions)) ?? 0
    },
  }
}

async function fill(store: SessionStore): Promise<void> {
  for (let index = 0; index < SESSIONS; index++) await store.put(keyOf(index), recordOf(index), 'absent')
}

const anyKey = (): Buffer => keyOf(Math.floor(Math.random() * SESSIONS))

function readOf(store: SessionStore): () => Promise<unknown> {
  return () => store.get(anyKey())
}

/** By the version that was read, as a request does. */
function writeOf(store: SessionStore): () => Promise<unknown> {
  return async () => {
    const key = anyKey()
    const read = await store.get(key)
    if (read === undefined) throw new Error('a session is gone')
    await store.put(key, { ...read, sealed: recordOf(0).sealed, version: read.version + 1 }, read.version)
  }
}
