import { once } from 'node:events'
import { get as httpGet, type IncomingMessage, request as httpRequest } from 'node:http'
import { connect } from 'node:http2'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import websocket from '@fastify/websocket'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import type { SessionStore } from '@keyturn/session-stores'
import fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { secureSession } from '../../src/index.ts'
import { sessionOf } from '../fixtures/apps.ts'

async function listen(t: Test, app: FastifyInstance, store: SessionStore, build: (app: FastifyInstance) => Promise<void> | void): Promise<string> {
  t.teardown(() => app.close())
  await app.register(secureSession, { environment: 'test', env: {}, store })
  app.get('/sign-in', async (request) => {
    await request.signIn('ada')
    return 'signed in'
  })
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))
  await build(app)
  return app.listen({ host: '127.0.0.1', port: 0 })
}

async function signIn(address: string): Promise<string> {
  const response = await fetch(`${address}/sign-in`)
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

const memory = () => createMemoryStore({ environment: 'test' })

t.test('a websocket knows who opened it', async (t) => {
  const app = fastify()
  const address = await listen(t, app, memory(), async (app) => {
    await app.register(websocket)
    await app.register(async (scope) => {
      scope.get('/socket', { websocket: true }, (socket, request) => socket.send(request.signedInUserId ?? 'nobody'))
    })
  })
  const hear = async (cookie: string) => {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/socket`, { headers: { cookie } })
    const [message] = (await once(socket, 'message')) as [Buffer]
    socket.close()
    return message.toString()
  }
  t.equal(await hear(await signIn(address)), 'ada')
  t.equal(await hear('sid=forged.signature'), 'nobody')
})

t.test('HTTP/2 carries sessions as HTTP/1.1 does', async (t) => {
  const app = fastify({ http2: true })
  const address = await listen(t, app as unknown as FastifyInstance, memory(), () => {})
  const client = connect(address)
  t.teardown(() => client.close())
  const get = async (path: string, cookie?: string) => {
    const stream = client.request({ ':path': path, ...(cookie === undefined ? {} : { cookie }) })
    const [headers] = (await once(stream, 'response')) as [Record<string, string[] | undefined>]
    const body = Buffer.concat(await stream.toArray()).toString()
    return { cookie: headers['set-cookie']?.[0]?.split(';')[0], body }
  }
  const { cookie } = await get('/sign-in')
  t.equal((await get('/me', cookie)).body, '{"userId":"ada"}')
})

t.test('a reply that streams saves the session before its first byte', async (t) => {
  const store = memory()
  const address = await listen(t, fastify(), store, (app) => {
    app.get('/stream', async (request, reply) => {
      sessionOf(request).streamed = true
      return reply.send(Readable.from(['a', 'b', 'c']))
    })
  })
  const response = await fetch(`${address}/stream`)
  t.equal((await store.statistics?.())?.total, 1)
  t.equal(await response.text(), 'abc')
  t.match(response.headers.getSetCookie()[0], /^sid=/)
})

t.test('a hijacked reply is left alone, and the session that was read is there', async (t) => {
  const store = memory()
  const address = await listen(t, fastify(), store, (app) => {
    app.get('/hijack', async (request, reply) => {
      sessionOf(request).lost = true
      reply.hijack()
      reply.raw.end(request.signedInUserId)
    })
  })
  const cookie = await signIn(address)
  t.equal(await (await fetch(`${address}/hijack`, { headers: { cookie } })).text(), 'ada')
  t.equal((await (await fetch(`${address}/me`, { headers: { cookie } })).json() as { userId: string }).userId, 'ada')
})

t.test('early hints leave before the session is saved, the cookie with the reply', async (t) => {
  const address = await listen(t, fastify(), memory(), (app) => {
    app.get('/hints', async (request, reply) => {
      await new Promise<void>((resolve) => reply.raw.writeEarlyHints({ link: '</app.css>; rel=preload; as=style' }, resolve))
      sessionOf(request).hinted = true
      return 'page'
    })
  })
  const client = httpGet(`${address}/hints`, { agent: false })
  const answered = once(client, 'response') as Promise<[IncomingMessage]>
  const [information] = (await once(client, 'information')) as [{ statusCode: number; headers: Record<string, unknown> }]
  t.equal(information.statusCode, 103)
  t.notOk('set-cookie' in information.headers)
  const [response] = await answered
  response.resume()
  t.match(response.headers['set-cookie']?.[0], /^sid=/)
})

t.test('closing the application under load loses no write that was answered', async (t) => {
  const store = memory()
  const writing = Promise.withResolvers<void>()
  const slow: SessionStore = {
    ...store,
    put: async (...args) => {
      writing.resolve()
      await sleep(20)
      return store.put(...args)
    },
  }
  const app = fastify({ forceCloseConnections: 'idle' })
  const address = await listen(t, app, slow, (app) => {
    app.get('/count/:n', async (request) => {
      sessionOf(request).n = (request.params as { n: string }).n
      return 'counted'
    })
  })
  const answers = Array.from({ length: 50 }, async (_, n) => {
    const client = httpRequest(`${address}/count/${n}`, { agent: false })
    client.end()
    try {
      const [response] = (await once(client, 'response')) as [IncomingMessage]
      response.resume()
      return response.statusCode === 200
    } catch {
      return false
    }
  })
  await writing.promise
  await app.close()
  const answered = (await Promise.all(answers)).filter(Boolean).length
  t.ok(answered > 0)
  t.equal((await store.statistics?.())?.total, answered, 'as many records as good answers')
})
