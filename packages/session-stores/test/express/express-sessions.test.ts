import t from 'tap'
import { createExpressSessions, createExpressStore, type ExpressStore } from '../../src/express/index.ts'
import { sampleKey, sampleRecord } from '../../src/conformance/samples.ts'
import { realClock } from '../fixtures/outages.ts'

type Callback = (error?: unknown, result?: unknown) => void
const plain = { cookie: { originalMaxAge: 1000 }, user: 'anna' }

function storeWith(methods: Record<string, (...parameters: never[]) => unknown>): ExpressStore {
  const answer = (_id: string, callback: Callback): void => callback(null, undefined)
  return { get: answer, destroy: answer, set: (_id: string, _session: never, callback: Callback) => callback(), ...methods }
}

t.test('a store of bad manners is borne with', async (t) => {
  const manners: Record<string, (id: string, callback: Callback) => unknown> = {
    'calls back twice': (_, callback) => { callback(null, plain); callback(new Error('late')); callback(null, undefined) },
    'calls back and rejects': async (_, callback) => { callback(null, plain); throw new Error('late') },
    'answers by promise only': async () => plain,
    'answers by both': async (_, callback) => { callback(null, plain); return plain },
    'calls back later': (_, callback) => void setTimeout(callback, 20, undefined, plain),
    'resolves to nothing before it calls back': async (_, callback) => void setTimeout(callback, 20, null, plain),
  }
  for (const [name, get] of Object.entries(manners)) {
    const sessions = createExpressSessions({ store: storeWith({ get: get }), timeoutMs: 200 })
    t.strictSame(await sessions.read('id'), plain, name)
  }
})

t.test('a store that fails is an outage with a code, and nothing of its error gets out', async (t) => {
  const failure = Object.assign(new Error('the session of anna is broken'), { code: 'ECONNRESET', session: plain })
  const failures: Record<string, readonly [string, (id: string, callback: Callback) => unknown]> = {
    'never answers': ['TIMEOUT', () => undefined],
    'calls back with an error': ['ECONNRESET', (_, callback) => callback(failure)],
    'throws': ['ECONNRESET', () => { throw failure }],
    'rejects': ['ECONNRESET', async () => { throw failure }],
    'throws what is no error': ['STORE', () => { throw 'a string' as unknown as Error }],
  }
  for (const [name, [reason, get]] of Object.entries(failures)) {
    const sessions = createExpressSessions({ store: storeWith({ get: get }), timeoutMs: 100 })
    const error = await sessions.read('id').then(() => undefined, (caught: unknown) => caught as Error)
    t.match(error, { code: 'KEYTURN_STORE_UNAVAILABLE', reason, store: 'express' }, name)
    t.notMatch(JSON.stringify([error?.message, error, String(error?.cause)]), /anna/)
  }
})

t.test('sessions are listed in whatever form a store gives them', async (t) => {
  const forms: unknown[] = [
    { one: plain, two: plain },
    [{ id: 'one', ...plain }, { id: 'two', ...plain }],
    [{ sid: 'one', sess: JSON.stringify(plain), expire: 'x' }, { sid: 'two', sess: plain }],
    [{ id: 'one', ...plain }, { sid: 'two', sess: plain }, null, 1, { sid: 'bad', sess: '{' }, { user: 'no id' }].filter((each) => typeof each === 'object' && each !== null),
  ]
  for (const form of forms) {
    const sessions = createExpressSessions({ store: storeWith({ all: (callback: Callback) => callback(null, form) }) })
    t.strictSame(await sessions.list(), [{ id: 'one', session: plain }, { id: 'two', session: plain }])
  }
  const without = createExpressSessions({ store: storeWith({}) })
  t.equal(without.canList, false)
  await t.rejects(without.list(), { code: 'KEYTURN_STORE_UNSUPPORTED' })
})

t.test('a session of the application under a key of ours is told', async (t) => {
  const store = createExpressStore({ store: storeWith({ get: async () => plain }) })
  await t.rejects(store.get(sampleKey()), { code: 'KEYTURN_STORE_RECORD' })
  await t.rejects(store.put(sampleKey(), sampleRecord(realClock), 'absent'), { code: 'KEYTURN_STORE_RECORD' })
})

t.test('wrong options are told all at once', (t) => {
  const wrong = { store: {}, name: 'No Name', timeoutMs: Number.NaN, ttl: 1 } as unknown as { store: ExpressStore }
  t.throws(() => createExpressStore(wrong), /unknown option ttl.*store must have.*name must be.*timeoutMs/)
  t.end()
})
