import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { test } from 'tap'
import type { Test } from 'tap'
import { startRedis } from '../../src/redis/index.ts'

function connect(t: Test, url: string): Redis {
  const client = new Redis(url, { retryStrategy: null, maxRetriesPerRequest: 0, connectTimeout: 30_000 })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  return client
}

test('a server answers, is Redis 7 or later, and keeps nothing on disk', async t => {
  await using server = await startRedis()
  const client = connect(t, server.url)
  t.equal(await client.set('a', 'b'), 'OK')
  t.equal(await client.get('a'), 'b')
  t.match(await client.info('server'), /redis_version:([7-9]|\d\d)\./)
  t.strictSame(await client.config('GET', 'save'), ['save', ''])
})

test('a password is asked for, and the url carries it', async t => {
  await using server = await startRedis({ password: 'p@ss:w"rd\\' })
  t.equal(await connect(t, server.url).ping(), 'PONG')
  await t.rejects(connect(t, `redis://127.0.0.1:${server.port}`).ping(), { message: /NOAUTH/ })
})

test('a server with TLS answers who trusts its certificate, and nobody without TLS', async t => {
  await using server = await startRedis({ tls: 'required', password: 'secret' })
  t.match(server.url, /^rediss:\/\/:secret@127\.0\.0\.1:\d+$/)
  const trusting = new Redis(server.url, { tls: { ...server.tls }, retryStrategy: null })
  t.teardown(() => trusting.disconnect())
  t.equal(await trusting.ping(), 'PONG')
  await t.rejects(connect(t, server.url).ping(), 'the certificate is not trusted by itself')
  await t.rejects(connect(t, server.url.replace('rediss', 'redis')).ping())
  await server.restart()
  const again = new Redis(server.url, { tls: { ...server.tls }, retryStrategy: null })
  t.teardown(() => again.disconnect())
  t.equal(await again.ping(), 'PONG')
})

test('a socket in the server\'s folder answers as well', async t => {
  await using server = await startRedis({ parameters: { unixsocket: 'redis.sock' } })
  const client = new Redis({ path: join(server.folder, 'redis.sock'), retryStrategy: null })
  t.teardown(() => client.disconnect())
  t.equal(await client.ping(), 'PONG')
})

test('a killed server comes back on its address, without data unless it was told to keep it', async t => {
  for (const [parameters, expected] of [[{}, null], [{ appendonly: 'yes', appendfsync: 'always' }, 'kept']] as const) {
    await using server = await startRedis({ parameters })
    const before = connect(t, server.url)
    await before.set('key', 'kept')
    await server.kill()
    await t.rejects(connect(t, server.url).ping())
    await server.restart()
    t.equal(await connect(t, server.url).get('key'), expected)
  }
})

test('a paused server accepts connections and answers none until it is resumed', async t => {
  await using server = await startRedis()
  const client = connect(t, server.url)
  await client.ping()
  server.pause()
  const late = client.ping()
  t.equal(await Promise.race([late, new Promise(resolve => setTimeout(resolve, 100, 'nothing'))]), 'nothing')
  server.resume()
  t.equal(await late, 'PONG')
})

test('a server that is full, or was made a replica, reads and refuses writes until it takes them again', async t => {
  await using server = await startRedis({ password: 'secret' })
  const client = connect(t, server.url)
  await client.set('key', 'kept')
  for (const [as, refusal] of [['full', /^OOM/], ['replica', /^READONLY/]] as const) {
    await server.refuseWrites(as)
    await t.rejects(client.set('key', 'other'), { message: refusal })
    t.equal(await client.get('key'), 'kept')
    await server.acceptWrites()
    t.equal(await client.set('key', 'kept'), 'OK')
  }
})

test('a server that crashes finds its last snapshot, and nothing once that is thrown away', async t => {
  await using server = await startRedis()
  const client = connect(t, server.url)
  await client.set('key', 'old')
  await server.snapshot()
  await client.set('key', 'new')
  await server.kill()
  await server.restart()
  t.equal(await connect(t, server.url).get('key'), 'old')
  await server.kill()
  await server.dropSnapshot()
  await server.restart()
  t.equal(await connect(t, server.url).get('key'), null)
})

test('a kept folder holds the data for the next server', async t => {
  const folder = join(t.testdir(), 'redis')
  const first = await startRedis({ folder, parameters: { save: '3600 1' } })
  await connect(t, first.url).set('key', 'kept')
  await first.stop()
  await using second = await startRedis({ folder })
  t.equal(await connect(t, second.url).get('key'), 'kept')
})

test('stop removes the temporary folder', async t => {
  const server = await startRedis()
  t.ok(existsSync(server.folder))
  await server.stop()
  t.notOk(existsSync(server.folder))
})

test('wrong options are refused, all of them named', async t => {
  await t.rejects(startRedis({ port: 0, password: 'with space', folder: '', startTimeoutMs: -1, parameters: { 'a b': 1, dir: 'x\ny' } }), {
    name: 'TypeError',
    message: /folder.*port.*password.*startTimeoutMs.*"a b".*"dir"/,
  })
})

test('a setting that Redis refuses fails the start with its words', async t => {
  await t.rejects(startRedis({ parameters: { maxmemory: 'plenty' } }), { code: 'KEYTURN_TESTING_START_FAILED', message: /maxmemory/ })
})
