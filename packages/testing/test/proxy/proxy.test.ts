import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import postgres from 'postgres'
import { startPostgres } from '../../src/postgres/index.ts'
import { startProxy } from '../../src/proxy/index.ts'
import type { Proxy } from '../../src/proxy/index.ts'

/** Answers each piece with `<piece>!`, and remembers what it heard. */
async function startEcho(t: Test): Promise<{ port: number, heard: string[] }> {
  const heard: string[] = []
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.on('data', data => { heard.push(String(data)); socket.write(`${String(data)}!`) })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  return { port: (server.address() as AddressInfo).port, heard }
}

async function startBoth(t: Test): Promise<{ proxy: Proxy, heard: string[] }> {
  const { port, heard } = await startEcho(t)
  const proxy = await startProxy({ port })
  t.teardown(() => proxy.close())
  return { proxy, heard }
}

async function dial(t: Test, proxy: Proxy): Promise<Socket> {
  const socket = connect({ host: proxy.host, port: proxy.port })
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(30_000) })
  return String(answer)
}

function silentFor(socket: Socket, ms: number): Promise<boolean> {
  return once(socket, 'data', { signal: AbortSignal.timeout(ms) }).then(() => false, () => true)
}

test('data passes both ways, and connections are counted', async t => {
  const { proxy } = await startBoth(t)
  const [one, two] = [await dial(t, proxy), await dial(t, proxy)]
  t.equal(await ask(one, 'a'), 'a!')
  t.equal(await ask(two, 'b'), 'b!')
  t.equal(proxy.openConnections, 2)
  one.destroy()
  while (proxy.openConnections > 1) await sleep(5)
  t.equal(proxy.openConnections, 1)
  t.equal(proxy.totalConnections, 2)
})

test('a delay holds back each direction', async t => {
  const { proxy } = await startBoth(t)
  const socket = await dial(t, proxy)
  proxy.delay(100)
  const start = performance.now()
  t.equal(await ask(socket, 'a'), 'a!')
  t.ok(performance.now() - start >= 195, 'there and back')
  proxy.delay(0)
  // The soonest of many: a busy machine may hold up any of them.
  let soonest = Number.POSITIVE_INFINITY
  for (let round = 0; round < 20; round++) {
    const again = performance.now()
    await ask(socket, 'b')
    soonest = Math.min(soonest, performance.now() - again)
  }
  t.ok(soonest < 100)
  t.throws(() => proxy.delay(Number.NaN), TypeError)
})

test('cut resets open connections and refuses new ones, until it is restored', async t => {
  const { proxy } = await startBoth(t)
  const socket = await dial(t, proxy)
  await ask(socket, 'a')
  const broken = once(socket, 'error')
  await proxy.cut()
  t.match((await broken)[0], { code: 'ECONNRESET' })
  await t.rejects(dial(t, proxy), { code: 'ECONNREFUSED' })
  await proxy.restore()
  t.equal(await ask(await dial(t, proxy), 'b'), 'b!')
})

test('a black hole freezes open connections and swallows new ones, until it is restored', async t => {
  const { proxy, heard } = await startBoth(t)
  const old = await dial(t, proxy)
  await ask(old, 'a')
  proxy.blackHole()
  const fresh = await dial(t, proxy)
  old.write('b')
  fresh.write('c')
  t.strictSame(await Promise.all([silentFor(old, 150), silentFor(fresh, 150)]), [true, true])
  t.strictSame(heard, ['a'])
  const answers = Promise.all([once(old, 'data'), once(fresh, 'data')])
  await proxy.restore()
  t.strictSame((await answers).map(([data]) => String(data)), ['b!', 'c!'])
})

test('a black hole for replies lets the server hear what it cannot answer', async t => {
  const { proxy, heard } = await startBoth(t)
  const socket = await dial(t, proxy)
  proxy.blackHole({ only: 'replies' })
  socket.write('write this')
  while (heard.length === 0) await sleep(5)
  t.ok(await silentFor(socket, 150))
  t.strictSame(heard, ['write this'])
})

test('large answers arrive whole and in order, also when delayed', async t => {
  const size = 8 * 1024 * 1024
  const server = createServer(socket => { socket.on('error', () => {}); socket.end(Buffer.alloc(size, 'abcdefghijk')) })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  await using proxy = await startProxy({ port: (server.address() as AddressInfo).port })
  proxy.delay(5)
  const socket = await dial(t, proxy)
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece)
  t.ok(Buffer.concat(pieces).equals(Buffer.alloc(size, 'abcdefghijk')))
})

test('a server that is down shows as a reset', async t => {
  const { port } = await startEcho(t)
  await using proxy = await startProxy({ port })
  await using nowhere = await startProxy({ port: proxy.port })
  await proxy.cut()
  const socket = await dial(t, nowhere)
  const [error] = await once(socket, 'error')
  t.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET')
})

test('PostgreSQL works through it, and its driver notices a cut', async t => {
  await using server = await startPostgres()
  await using proxy = await startProxy({ port: server.port })
  const sql = postgres(proxy.url(server.url), { max: 1, connect_timeout: 30 })
  t.teardown(() => sql.end({ timeout: 0 }))
  t.strictSame([...await sql`SELECT 1 AS id`], [{ id: 1 }])
  const slow = sql`SELECT pg_sleep(30)`.execute()
  await sleep(50)
  await proxy.cut()
  await t.rejects(slow)
  await proxy.restore()
  // postgres 3.4.9 never answers a query that comes between its socket's error and close events.
  await sleep(50)
  t.strictSame([...await sql`SELECT 2 AS id`], [{ id: 2 }])
})

test('a port that is none is refused', async t => {
  await t.rejects(startProxy({ port: Number.NaN }), TypeError)
})
