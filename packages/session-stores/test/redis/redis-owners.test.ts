import { randomBytes } from 'node:crypto'
import { startRedis } from '@keyturn/testing/redis'
import { Redis } from 'ioredis'
import t, { test } from 'tap'
import { testConformance } from '../../src/conformance/index.ts'
import { putSample, sampleKey, sampleRecord } from '../../src/conformance/samples.ts'
import { createRedisStore, type RedisClient, type SessionStore } from '../../src/index.ts'
import { realClock } from '../fixtures/outages.ts'
import { createStoreFactory } from '../fixtures/store-factory.ts'

const server = await startRedis()
const redis = new Redis(server.url)
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

/** One server that is spoken to as a Cluster is: no script uses two keys. */
function asCluster(before: () => void | Promise<void> = () => undefined): RedisClient {
  return new Proxy(redis as unknown as RedisClient, {
    get(target, name) {
      if (name === 'isCluster') return true
      if (name !== 'evalshaBuffer') return bindTo(target, Reflect.get(target, name))
      return async (sha: string, keys: number, ...rest: string[]) => {
        if (keys !== 1) throw new Error('a script of a Cluster has one key')
        await before()
        return target.evalshaBuffer(sha, keys, ...rest)
      }
    },
  })
}

function bindTo(target: object, value: unknown): unknown {
  return typeof value === 'function' ? (value.bind(target) as unknown) : value
}

const open = (prefix: string, client: RedisClient = asCluster()): SessionStore => createRedisStore({ client, prefix })

testConformance({ test, ...createStoreFactory((prefix) => open(prefix)) })

t.test('a sign-in that breaks off at any step leaves no session that its owner cannot end', async (t) => {
  for (let failAt = 1; failAt <= 4; failAt++) {
    let calls = 0
    const failing = asCluster(() => {
      if (++calls === failAt) throw new Error('connection lost')
    })
    const prefix = `broken${failAt}:`
    const [key, ownerTag] = [sampleKey(), randomBytes(32)]
    const outcome = await open(prefix, failing).put(key, sampleRecord(realClock, { ownerTag }), 'absent').catch(() => 'failed')
    const store = open(prefix)
    const readable = (await store.get(key)) !== undefined
    t.equal(outcome, failAt <= 3 ? 'failed' : 'stored')
    t.equal(readable, (await store.listByOwner?.(ownerTag))?.length === 1)
    await store.destroyByOwner?.(ownerTag)
    t.equal(await store.get(key), undefined)
  }
})

t.test('whoever ends all sessions between two steps of a sign-in has ended that one too', async (t) => {
  // Before it is in the index, it is as if it came after; from then on it is ended.
  const cases = [
    { existing: false, step: 1, outcome: 'stored', alive: true },
    { existing: false, step: 2, outcome: 'stored', alive: true },
    { existing: false, step: 3, outcome: 'stored', alive: false },
    { existing: true, step: 1, outcome: 'stored', alive: true },
    { existing: true, step: 2, outcome: 'stored', alive: true },
    { existing: true, step: 3, outcome: 'conflict', alive: false },
  ]
  for (const { existing, step, outcome, alive } of cases) {
    const prefix = `between${existing}${step}:`
    const other = open(prefix)
    const [key, ownerTag] = [sampleKey(), randomBytes(32)]
    if (existing) await other.put(key, sampleRecord(realClock), 'absent')
    let calls = 0
    const client = asCluster(async () => {
      if (++calls === step) await other.destroyByOwner?.(ownerTag)
    })
    const record = sampleRecord(realClock, { ownerTag, version: existing ? 2 : 1 })
    t.equal(await open(prefix, client).put(key, record, existing ? 1 : 'absent'), outcome)
    t.equal((await other.get(key))?.ownerTag !== undefined, alive)
    t.equal((await other.listByOwner?.(ownerTag))?.length, alive ? 1 : 0)
    t.equal(await other.destroyByOwner?.(ownerTag), alive ? 1 : 0)
    t.equal((await other.get(key))?.ownerTag, undefined)
  }
})

t.test('an index that was lost by itself is written again from the sessions, as it was', async (t) => {
  const store = open('lost:')
  const ownerTag = randomBytes(32)
  const sessions = [await putSample(store, realClock, { ownerTag }), await putSample(store, realClock, { ownerTag })]
  const nobodys = await putSample(store, realClock)
  const index = `lost:o:${ownerTag.toString('base64url')}`
  const before = await redis.zrange(index, '0', '-1', 'WITHSCORES')
  await redis.del(index)
  t.strictSame(await store.listByOwner?.(ownerTag), [])
  await store.reindex?.([...sessions, nobodys].map(({ key }) => key).concat(sampleKey()))
  t.strictSame(await redis.zrange(index, '0', '-1', 'WITHSCORES'), before)
  t.ok((await redis.pttl(index)) > 0, 'and ends with its last session')
  t.equal(await store.destroyByOwner?.(ownerTag), 2)
  await t.rejects(async () => store.reindex?.([Buffer.alloc(31)]), TypeError)
  await t.rejects(async () => store.reindex?.('key' as never), { message: 'reindex takes an array of keys.' })
})

t.test('an index lives as long as its last session, and forgets what is over', async (t) => {
  const store = open('life:')
  const ownerTag = randomBytes(32)
  const index = `life:o:${ownerTag.toString('base64url')}`
  const soon = Date.now() + 60_000
  const { key } = await putSample(store, realClock, { ownerTag, expiresAt: soon })
  t.equal(await redis.zcard(index), 1)
  const [, score] = await redis.zrange(index, '0', '-1', 'WITHSCORES')
  t.ok(Number(score) >= soon + 55_000, 'twice the life of the session')
  const ends = await redis.pexpiretime(index)
  t.ok(ends >= Number(score) && ends <= Number(score) + 300_000)
  for (let i = 1; i <= 6; i++) t.equal(await store.touch(key, soon + i * 30_000), true)
  const [, later] = await redis.zrange(index, '0', '-1', 'WITHSCORES')
  t.ok(Number(later) >= soon + 180_000, 'a session that lives on is indexed on')
  await redis.zadd(index, Date.now() - 400_000, 'long-over')
  await putSample(store, realClock, { ownerTag })
  t.equal(await redis.zscore(index, 'long-over'), null)
  await store.destroyByOwner?.(ownerTag)
  t.equal(await redis.exists(index), 0)
})

t.test('an ended session leaves the index', async (t) => {
  const store = open('ended:')
  const ownerTag = randomBytes(32)
  const { key } = await putSample(store, realClock, { ownerTag })
  await putSample(store, realClock, { ownerTag })
  await store.destroy(key)
  t.equal(await redis.zcard(`ended:o:${ownerTag.toString('base64url')}`), 1)
})
