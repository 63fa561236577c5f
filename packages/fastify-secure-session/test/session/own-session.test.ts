import { isDeepStrictEqual } from 'node:util'
import { createMemoryStore } from '@keyturn/session-stores/memory'
import { spawnNode } from '@keyturn/testing/processes'
import fc from 'fast-check'
import t from 'tap'
import { type Routes, secureApp, sessionOf } from '../fixtures/apps.ts'
import type { Told } from '../fixtures/without-proto.ts'

type Data = Record<string, unknown>

/** One change of a session, as handlers make them. */
type Change =
  | { readonly kind: 'set'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'nested'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'date'; readonly name: string; readonly at: number }
  | { readonly kind: 'same'; readonly name: string }

const names = fc.constantFrom('user', 'cart', 'note', 'toJSON2', 'constructor', 'ü€')
const values = fc.jsonValue({ maxDepth: 3 })
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), name: names, value: values }),
  fc.record({ kind: fc.constant('delete' as const), name: names }),
  fc.record({ kind: fc.constant('nested' as const), name: names, value: values }),
  fc.record({ kind: fc.constant('date' as const), name: names, at: fc.integer({ min: 0, max: 4e12 }) }),
  fc.record({ kind: fc.constant('same' as const), name: names }),
)

function apply(session: Data, step: Change): void {
  const { name } = step
  const here = Object.hasOwn(session, name) ? session[name] : undefined
  if (step.kind === 'set') session[name] = step.value
  else if (step.kind === 'delete') delete session[name]
  else if (step.kind === 'date') session[name] = new Date(step.at)
  else if (step.kind === 'same' && here !== undefined) session[name] = structuredClone(here)
  else if (step.kind === 'nested' && Array.isArray(here)) here.push(step.value)
  else if (step.kind === 'nested' && typeof here === 'object' && here !== null) (here as Data)['inside'] = step.value
}

function plain(session: object): Data {
  const { cookie: _cookie, ...data } = JSON.parse(JSON.stringify(session)) as Data
  return data
}

let start: Data = {}
let changes: readonly Change[] = []

const routes: Routes = (app) => {
  app.get('/start', async (request) => {
    const session = sessionOf(request)
    for (const name of Object.keys(plain(session))) delete session[name]
    Object.assign(session, structuredClone(start), { always: true })
    return plain(session)
  })
  app.get('/change', async (request) => {
    const before = plain(request.session)
    const untouched = request.session.isModified()
    for (const step of changes) apply(sessionOf(request), step)
    return { before, untouched, after: plain(request.session), modified: request.session.isModified() }
  })
  app.get('/read', async (request) => plain(request.session))
  app.get('/copy', async (request) => {
    const old = { ...request.session }
    await request.session.regenerate()
    Object.assign(sessionOf(request), { copied: old['always' as keyof typeof old] })
    return request.session.encryptedSessionId.length
  })
  app.get('/reload', async (request) => {
    sessionOf(request)['note'] = 'dropped'
    await request.session.reload()
    return plain(request.session)
  })
}

t.test('every change that JSON shows is told and kept, and a session that was only read is neither', async (t) => {
  const app = await secureApp(createMemoryStore({ environment: 'test' }), { folder: t.testdir() }, routes)
  t.teardown(() => app.close())
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, values, { noNullPrototype: true }), fc.array(change, { maxLength: 5 }), async (data, steps) => {
      start = data
      changes = steps
      const started: Data = (await app.get('/start')).json()
      const writes = app.store.calls.put
      const { before, untouched, after, modified } = (await app.get('/change')).json<Record<'before' | 'after', Data> & Record<'untouched' | 'modified', boolean>>()
      const written = app.store.calls.put - writes
      const kept: Data = (await app.get('/read')).json()
      const changed = !isDeepStrictEqual(before, after)
      return (
        isDeepStrictEqual(before, started) &&
        !untouched &&
        (!changed || modified) &&
        (modified ? written === 1 : written === 0) &&
        isDeepStrictEqual(kept, after)
      )
    }),
    { seed: 20_260_107, numRuns: 300 },
  )
  t.pass()
})

t.test('a session is reloaded with its data, and regenerated under an id of its own', async (t) => {
  const app = await secureApp(createMemoryStore({ environment: 'test' }), { folder: t.testdir() }, routes)
  t.teardown(() => app.close())
  start = { note: 'kept' }
  await app.get('/start')
  t.strictSame((await app.get('/reload')).json(), { note: 'kept', always: true })
  t.ok(Number((await app.get('/copy')).body) > 60, 'a signed id')
  t.strictSame((await app.get('/read')).json(), { copied: true })
})

t.test('what is restored is not hashed', async (t) => {
  const hashes: unknown[] = []
  const app = await secureApp(createMemoryStore({ environment: 'test' }), { folder: t.testdir() }, (server) => {
    server.get('/set', async (request) => void (sessionOf(request)['note'] = 'kept'))
    server.get('/hash', async (request) => {
      const { session } = request
      const hash = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'persistedHash')
      hashes.push(hash === undefined ? undefined : Reflect.get(session, hash))
      return Object.keys(session)
    })
  })
  t.teardown(() => app.close())
  await app.get('/set')
  t.strictSame((await app.get('/hash')).json(), ['cookie', 'note'])
  t.strictSame(hashes, [''])
})

for (const how of ['delete', 'throw']) {
  t.test(`sessions are as ever where node runs with --disable-proto=${how}`, async (t) => {
    const child = await spawnNode(new URL('../fixtures/without-proto.ts', import.meta.url), { nodeArgs: [`--disable-proto=${how}`] })
    t.teardown(() => child.kill('SIGKILL'))
    const { read } = (await child.nextMessage()) as Told
    t.strictSame(read, Array.from({ length: 3 }, () => ({ names: ['cookie', 'note'], note: 'kept', modified: false })))
  })
}
