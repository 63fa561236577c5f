import { context, type Span, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import t from 'tap'
import { secureSession } from '../../src/index.ts'
import { CookieJar } from '../fixtures/cookies.ts'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })

t.before(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
})
t.teardown(async () => {
  await provider.shutdown()
  context.disable()
  trace.disable()
})

/** A span for each request, as the instrumentation of an HTTP server makes it. */
function traceRequests(app: FastifyInstance): void {
  const tracer = trace.getTracer('test')
  const spans = new WeakMap<FastifyRequest, Span>()
  app.addHook('onRequest', (request, _reply, done) => {
    const span = tracer.startSpan(`${request.method} ${request.url}`)
    spans.set(request, span)
    context.with(trace.setSpan(context.active(), span), done)
  })
  app.addHook('onResponse', async (request) => spans.get(request)?.end())
}

t.test('the span of a request tells sessions and users apart, and names neither', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  traceRequests(app)
  await app.register(secureSession, { environment: 'test', env: {}, store: createMemoryStore({ environment: 'test' }) })
  app.get('/sign-in', async (request) => request.signIn('ada@example.com'))
  app.get('/me', async (request) => ({ id: request.session.sessionId }))
  const jar = new CookieJar()
  const get = async (url: string) => {
    const response = await app.inject({ url, headers: jar.headers })
    jar.take(response)
    return response
  }
  await get('/me')
  await get('/sign-in')
  const { id } = (await get('/me')).json()
  await get('/me')

  const attributes = exporter.getFinishedSpans().map((span) => span.attributes)
  t.equal(attributes.length, 4)
  const [anonymous, , signedIn, again] = attributes
  t.strictSame({ ...anonymous }, { 'keyturn.session.present': false })
  t.match({ ...signedIn }, {
    'keyturn.session.present': true,
    'keyturn.session.tag': /^[0-9a-f]{16}$/,
    'enduser.pseudo.id': /^[0-9a-f]{16}$/,
  })
  t.strictSame(again, signedIn, 'one session, one tag')
  const text = JSON.stringify(attributes)
  t.notMatch(text, 'ada')
  t.notOk(text.includes(id))
})
