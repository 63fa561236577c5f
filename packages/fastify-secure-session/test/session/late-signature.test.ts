import { createMemoryStore } from '@keyturn/session-stores/memory'
import fastify from 'fastify'
import t from 'tap'
import { secureSession } from '../../src/index.ts'
import { createFastifySessionStore } from '../../src/session/fastify-session-store.ts'
import type { SessionRecords } from '../../src/session/session-records.ts'
import { sessionOf } from '../fixtures/apps.ts'

interface Shown {
  readonly id: string
  readonly signed: string
}

t.test('a new session shows its signed id to whoever asks, as the text that its cookie will be', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(secureSession, { environment: 'test', env: {}, store: createMemoryStore({ environment: 'test' }) })
  const show = ({ session }: { session: { sessionId: string; encryptedSessionId: string } }): Shown => ({
    id: session.sessionId,
    signed: session.encryptedSessionId,
  })
  app.get('/', async (request) => show(request))
  app.get('/sign-in', async (request) => {
    await request.signIn('ada')
    return show(request)
  })
  app.get('/regenerate', async (request) => {
    sessionOf(request)['kept'] = true
    await request.session.regenerate(['kept'])
    return show(request)
  })

  const { id, signed } = (await app.inject('/')).json<Shown>()
  t.ok(signed.startsWith(`${id}.`))
  t.equal(signed.length, id.length + 44)
  const afterForged = await app.inject({ url: '/', cookies: { sid: 'forged.signature' } })
  t.equal(afterForged.json<Shown>().signed.length, signed.length)
  for (const path of ['/sign-in', '/regenerate']) {
    const response = await app.inject(path)
    const shown = response.json<Shown>()
    const [cookie] = response.cookies
    t.equal(cookie?.value, shown.signed, path)
    const next = await app.inject({ url: '/', cookies: { [cookie?.name ?? '']: shown.signed } })
    t.strictSame(next.json(), shown, path)
  }
})

t.test('only what is built for a new session is signed late, and once', async (t) => {
  const asked: string[] = []
  const sign = (id: string): string => {
    asked.push(id)
    return `${id}.signature`
  }
  const signer = { sign, unsign: () => ({ valid: false, renew: false, value: null }) }
  const store = createFastifySessionStore({ records: {} as SessionRecords, signer, idleTimeoutMs: 1000 })
  let late: unknown
  store.buildNew(() => {
    late = store.signer.sign('first')
    t.equal(store.signer.sign('second'), 'second.signature')
  })
  t.strictSame(asked, ['second'])
  t.equal(String(late), 'first.signature')
  t.equal(store.signer.sign('third'), 'third.signature')
  t.throws(() => store.buildNew(() => { throw new Error('no session') }), /no session/)
  t.equal(store.signer.sign('fourth'), 'fourth.signature')
})
