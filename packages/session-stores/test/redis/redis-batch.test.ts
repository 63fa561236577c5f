import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { pipeline, Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { startRedis } from '@keyturn/testing/redis'
import t from 'tap'
import { putSample } from '../../src/conformance/samples.ts'
import { createRedisStore } from '../../src/index.ts'
import { createRedisBatch } from '../../src/redis/redis-batch.ts'
import type { RedisClient } from '../../src/redis/index.ts'

/** A socket that tells how many pieces each write to the system had. */
function createSocket(): { stream: Writable; writes: number[] } {
  const writes: number[] = []
  const stream = new Writable({
    write(_piece, _encoding, done) {
      writes.push(1)
      done()
    },
    writev(pieces, done) {
      writes.push(pieces.length)
      done()
    },
  })
  return { stream, writes }
}

t.test('the commands of one turn leave together, those of the next after them', async (t) => {
  const { stream, writes } = createSocket()
  const client = { stream } as unknown as RedisClient
  const batch = createRedisBatch()
  const send = (): void => {
    batch(client)
    stream.write('command')
  }
  send()
  await Promise.resolve()
  send()
  process.nextTick(send)
  t.strictSame(writes, [])
  await nextTurn()
  t.strictSame(writes, [3])
  send()
  await nextTurn()
  t.strictSame(writes, [3, 1])
})

t.test('so they do to each master of a Cluster, of which one may not be connected to', async (t) => {
  const [first, second] = [createSocket(), createSocket()]
  const nodes = (): unknown[] => [first, {}, second]
  const batch = createRedisBatch()
  for (const { stream } of [first, second, first]) {
    batch({ nodes } as unknown as RedisClient)
    stream.write('command')
  }
  await nextTurn()
  t.strictSame([first.writes, second.writes], [[2], [1]])
})

t.test('a socket that takes the place of a lost one is written to by itself', async (t) => {
  const [lost, fresh] = [createSocket(), createSocket()]
  const batch = createRedisBatch()
  for (const { stream } of [lost, fresh]) {
    batch({ stream } as unknown as RedisClient)
    stream.write('command')
  }
  lost.stream.destroy()
  await nextTurn()
  t.strictSame([lost.writes, fresh.writes], [[], [1]])
  batch({} as RedisClient)
})

t.test('a store sends what many ask for at once in one piece', async (t) => {
  const redis = await startRedis()
  const pieces: number[] = []
  const between = createServer((socket) => {
    const onward = connect(redis.port, '127.0.0.1')
    socket.on('data', (data) => pieces.push(data.length))
    pipeline(socket, onward, socket, () => undefined)
  }).listen(0, '127.0.0.1')
  await once(between, 'listening')
  const store = createRedisStore({ url: `redis://127.0.0.1:${(between.address() as AddressInfo).port}`, timeoutMs: 30_000 })
  t.teardown(async () => {
    await store.close()
    between.close()
    await redis.stop()
  })
  const { key, record } = await putSample(store, { now: () => Date.now(), advance: () => undefined })
  pieces.length = 0
  const reads = await Promise.all(Array.from({ length: 20 }, () => store.get(key)))
  t.strictSame(reads.map((read) => ({ ...read })), Array.from({ length: 20 }, () => record))
  t.equal(pieces.length, 1)
})
