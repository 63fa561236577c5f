import { setTimeout as wait } from 'node:timers/promises'
import { startPostgres } from '@keyturn/testing/postgres'
import { startRedis } from '@keyturn/testing/redis'
import t, { type Test } from 'tap'
import { type ChainEvent, createFailoverStore, createMemoryStore, createPostgresStore, createRedisStore, type FailoverStore, type SessionStore } from '../../src/index.ts'
import { putSample, repeat } from '../../src/conformance/samples.ts'
import { realClock } from '../fixtures/outages.ts'

const postgres = await startPostgres()
t.teardown(() => postgres.stop())
let spaces = 0

interface Chain {
  readonly store: FailoverStore
  readonly events: ChainEvent[]
}

interface Where {
  readonly redisUrl: string
  readonly space?: string
  readonly postgresUrl?: string
}

function openChain(t: Test, { redisUrl, space = `outage${++spaces}`, postgresUrl = postgres.url }: Where): Chain {
  const events: ChainEvent[] = []
  const links = [
    createRedisStore({ url: redisUrl, prefix: `${space}:` }),
    createPostgresStore({ url: postgresUrl, table: space, maxConnections: 3 }),
    createMemoryStore({ environment: 'test' }),
  ]
  const store = createFailoverStore(links, {
    leaseMs: 200,
    breaker: { cooldownMs: 200 },
    onEvent: (event) => events.push(event),
  })
  t.teardown(() => store.close())
  return { store, events }
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never came: ${what}`)
    await wait(20)
  }
}

const isWell = (store: FailoverStore): boolean => !store.status().degraded && store.status().mirror.pending === 0

async function newSessions(store: SessionStore, count: number): ReturnType<typeof putAll> {
  return putAll(store, count)
}

async function putAll(store: SessionStore, count: number): Promise<Awaited<ReturnType<typeof putSample>>[]> {
  return Promise.all(repeat(count, () => putSample(store, realClock, { ownerTag: Buffer.alloc(32, 7) })))
}

for (const restart of ['empty', 'old'] as const) {
  t.test(`a first link that is killed and comes back ${restart} logs nobody out and revives nobody`, async (t) => {
    await using redis = await startRedis({ parameters: { dbfilename: 'dump.rdb' } })
    const { store, events } = openChain(t, { redisUrl: redis.url })
    const [kept, ended, endedLater] = [await newSessions(store, 20), await newSessions(store, 10), await newSessions(store, 10)]
    await until('the chain is well', () => isWell(store))
    t.equal(store.status().serving, 'redis')
    if (restart === 'old') await saveRedis(redis.url)
    for (const { key } of ended) await store.destroy(key)
    const written = await Promise.all(kept.map(async ({ key, record }) => {
      const next = { ...record, version: 2, sealed: Buffer.from('second') }
      t.equal(await store.put(key, next, 1), 'stored')
      return { key, record: next }
    }))
    await until('the mirror has it', () => store.status().mirror.pending === 0)
    await wait(200)
    await redis.kill()
    t.ok(await store.get(kept[0]?.key ?? Buffer.alloc(32)), 'a read goes on with the next link')
    for (const { key } of endedLater) await store.destroy(key)
    t.equal(store.status().serving, 'postgres')
    await redis.restart()
    await until('the first link serves again', () => isWell(store) && store.status().serving === 'redis')
    for (const { key, record } of written) t.strictSame({ ...(await store.get(key)) }, record)
    for (const { key } of [...ended, ...endedLater]) t.equal(await store.get(key), undefined)
    const plain = createRedisStore({ url: redis.url, prefix: `outage${spaces}:` })
    t.teardown(() => plain.close())
    t.strictSame((await plain.listByOwner?.(Buffer.alloc(32, 7)))?.length, kept.length)
    t.ok(events.some(({ type }) => type === 'link-lost') && events.some(({ type }) => type === 'reconciled'))
  })
}

t.test('a second link that takes no writes is no fall-back, is shown as such, and misses nothing afterwards', async (t) => {
  await using redis = await startRedis()
  const { store, events } = openChain(t, { redisUrl: redis.url })
  await newSessions(store, 3)
  await until('the chain is well', () => isWell(store))
  await postgres.refuseWrites()
  t.teardown(() => postgres.acceptWrites())
  const { key, record } = await putSample(store, realClock)
  await until('it is seen', () => store.status().degraded)
  t.strictSame(await store.get(key), record, 'the first goes on serving')
  t.match(store.status(), { serving: 'redis', links: [{}, { name: 'postgres', state: /open/ }], mirror: { behind: true } })
  t.ok(store.status().mirror.pending > 0)
  t.match(events.find(({ type }) => type === 'link-lost'), { link: 'postgres' })
  await postgres.acceptWrites()
  await until('the chain is well again', () => isWell(store))
  await redis.kill()
  t.strictSame(await store.get(key), record, 'what was held back is there')
})

async function saveRedis(url: string): Promise<void> {
  const { Redis } = await import('ioredis')
  const client = new Redis(url)
  await client.save()
  client.disconnect()
}
