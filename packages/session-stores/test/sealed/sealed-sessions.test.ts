import { OpenError } from '@keyturn/token-crypto'
import { createFakeClock } from '@keyturn/testing/clock'
import t from 'tap'
import { changeOf, createMemoryStore, createSealedSessions, type SealedSessions, type SessionStore, toStoreKey } from '../../src/index.ts'
import { freshKeyring } from '../fixtures/keyrings.ts'

const clock = createFakeClock()
const later = (): number => clock.now() + 3_600_000

function createSessions(options: { store?: SessionStore; keyring?: ReturnType<typeof freshKeyring> } = {}): SealedSessions {
  const store = options.store ?? createMemoryStore({ environment: 'test', clock })
  return createSealedSessions({ store, keyring: options.keyring ?? freshKeyring(), clock })
}

t.test('a session is created once and loaded as it was', async (t) => {
  const sessions = createSessions()
  const data = { cart: [1, { sku: 'ü€😀' }], note: null }
  const created = await sessions.create('id-1', { data, meta: { userId: 'u1', signedInAt: 5 }, expiresAt: later() })
  t.equal(created.version, 1)
  const loaded = await sessions.load('id-1')
  t.strictSame({ ...loaded, pristine: undefined }, { ...created })
  t.strictSame(loaded?.data, data)
  t.equal(loaded?.dataText, JSON.stringify(data))
  t.strictSame(loaded?.meta, { userId: 'u1', signedInAt: 5 })
  t.equal(loaded?.stale, false)
  t.equal(await sessions.load('id-2'), undefined)
  await t.rejects(sessions.create('id-1', { data: {}, expiresAt: later() }), { code: 'KEYTURN_SESSION_EXISTS' })
  await t.rejects(sessions.load(''), TypeError)
})

t.test('a session that was just written is as one that was loaded, also where it is spread', async (t) => {
  const sessions = createSessions()
  const created = await sessions.create('id', { data: { a: 1 }, meta: { userId: 'u1' }, expiresAt: later() })
  t.strictSame({ ...created }, { ...(await sessions.load('id')), pristine: undefined })
  t.equal(created.data, created.data, 'whoever changes it finds the change')
  t.throws(() => Object.assign(created.meta, { userId: 'u2' }), TypeError)
  const saved = await sessions.save(created, { ...created, data: { a: 2 } })
  t.strictSame(saved.outcome === 'stored' && { ...saved.session }, { ...(await sessions.load('id')), pristine: undefined })
})

t.test('what one request changes and deletes is put onto what another wrote meanwhile', async (t) => {
  const sessions = createSessions()
  await sessions.create('id', { data: { a: 1, b: 1, c: 1 }, expiresAt: later() })
  const [first, second] = await Promise.all([sessions.load('id'), sessions.load('id')])
  if (first === undefined || second === undefined) return t.fail('not loaded')
  await sessions.save(first, { data: { ...first.data, a: 2, x: 'first' }, expiresAt: later() })
  const { b: _, ...rest } = second.data
  const saved = await sessions.save(second, { data: { ...rest, y: 'second' }, expiresAt: later() })
  const expected = { a: 2, c: 1, x: 'first', y: 'second' }
  t.equal(saved.outcome, 'stored')
  t.strictSame(saved.outcome === 'stored' && saved.session.data, expected)
  t.strictSame((await sessions.load('id'))?.data, expected)
})

t.test('metadata is merged as data is', async (t) => {
  const sessions = createSessions()
  await sessions.create('id', { data: {}, meta: { device: 'a' }, expiresAt: later() })
  const [first, second] = await Promise.all([sessions.load('id'), sessions.load('id')])
  if (first === undefined || second === undefined) return t.fail('not loaded')
  await sessions.save(first, { data: {}, meta: { ...first.meta, userId: 'u1' }, expiresAt: later() })
  await sessions.save(second, { data: { n: 1 }, expiresAt: later() })
  const loaded = await sessions.load('id')
  t.strictSame(loaded?.meta, { device: 'a', userId: 'u1' })
  t.equal((await sessions.listByOwner('u1')).length, 1)
})

t.test('a session that ended meanwhile stays ended', async (t) => {
  const sessions = createSessions()
  await sessions.create('id', { data: { a: 1 }, expiresAt: later() })
  const loaded = await sessions.load('id')
  if (loaded === undefined) return t.fail('not loaded')
  await sessions.destroy('id')
  t.strictSame(await sessions.save(loaded, { data: { a: 2 }, expiresAt: later() }), { outcome: 'gone' })
  t.strictSame(await sessions.rewrap(loaded), { outcome: 'gone' })
  t.equal(await sessions.touch('id', later()), false)
  t.equal(await sessions.update('id', () => ({ a: 3 })), undefined)
  t.equal(await sessions.load('id'), undefined)
})

t.test('updates at the same time all count', async (t) => {
  const sessions = createSessions()
  await sessions.create('id', { data: { n: 0 }, expiresAt: later() })
  const increment = (data: Record<string, unknown>): void => void (data['n'] = Number(data['n']) + 1)
  await Promise.all(Array.from({ length: 12 }, () => sessions.update('id', increment)))
  const loaded = await sessions.load('id')
  t.strictSame(loaded?.data, { n: 12 })
  t.equal(loaded?.version, 13)
})

t.test('an update that changes nothing writes nothing', async (t) => {
  const sessions = createSessions()
  await sessions.create('id', { data: { n: 0 }, expiresAt: later() })
  const updated = await sessions.update('id', (data) => ({ ...data }))
  t.equal(updated?.version, 1)
  await t.rejects(sessions.update('id', () => { throw new RangeError('mine') }), RangeError)
  t.equal((await sessions.load('id'))?.version, 1)
})

t.test('a session without end of writers gives up with a code', async (t) => {
  const memory = createMemoryStore({ environment: 'test', clock })
  const store = { ...memory, put: async () => 'conflict' as const }
  const keyring = freshKeyring()
  await createSessions({ store: memory, keyring }).create('id', { data: {}, expiresAt: later() })
  const sessions = createSealedSessions({ store, keyring, clock, maxAttempts: 3 })
  await t.rejects(sessions.update('id', () => ({ a: 1 })), { code: 'KEYTURN_SESSION_CONTENDED' })
})

t.test('what JSON would lose or change is refused', async (t) => {
  const sessions = createSessions()
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const wrong: Record<string, unknown>[] = [
    { n: 1n }, circular, { f: () => 1 }, { s: Symbol('s') }, { m: new Map([[1, 2]]) }, { s: new Set() },
    { n: Number.NaN }, { deep: [{ n: Infinity }] }, { b: Buffer.alloc(1).buffer }, { u: new Uint8Array(2) },
  ]
  for (const data of wrong) {
    await t.rejects(sessions.create('id', { data, expiresAt: later() }), { code: 'KEYTURN_SESSION_DATA' })
  }
  for (const data of [[], null, 'text'] as unknown as Record<string, unknown>[]) {
    await t.rejects(sessions.create('id', { data, expiresAt: later() }), TypeError)
  }
  t.equal(await sessions.load('id'), undefined)
  const created = await sessions.create('id', { data: { at: new Date(0), gone: undefined }, expiresAt: later() })
  t.strictSame(created.data, { at: '1970-01-01T00:00:00.000Z' })
})

t.test('JSON that was written to compare is stored as it is, and what it would lose is refused all the same', async (t) => {
  const sessions = createSessions()
  t.equal(changeOf({}), undefined)
  const made = changeOf({ a: 1 })
  if (made === undefined) return t.fail('a session that holds something has changed')
  const created = await sessions.create('id', { ...made, expiresAt: later() })
  t.equal(changeOf({ a: 1 }, created), undefined)
  const change = changeOf({ a: 1, at: new Date(0) }, created)
  if (change === undefined) return t.fail('changed')
  await sessions.save(created, { ...change, expiresAt: later() })
  t.strictSame((await sessions.load('id'))?.data, { a: 1, at: '1970-01-01T00:00:00.000Z' })
  for (const data of [{ f: () => 1 }, { n: 1n }, { m: new Map() }]) {
    const lossy = changeOf(data) ?? { data }
    await t.rejects(sessions.create('other', { ...lossy, expiresAt: later() }), { code: 'KEYTURN_SESSION_DATA' })
  }
})

t.test('an error about data names nothing of it', async (t) => {
  const sessions = createSessions()
  const data: Record<string, unknown> = { topsecret: { hidden: 1 } }
  data['again'] = { topsecret: data }
  const error = await sessions.create('id', { data, expiresAt: later() }).catch((failure: unknown) => failure)
  const printed = JSON.stringify([String(error), (error as Error).stack, String((error as Error).cause)])
  t.notMatch(printed, /topsecret|hidden|again/)
})

t.test('keys named like parts of objects are data as any other', async (t) => {
  const sessions = createSessions()
  const hostile = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"toString":"x","a":1}') as Record<string, unknown>
  await sessions.create('id', { data: hostile, expiresAt: later() })
  const [first, second] = await Promise.all([sessions.load('id'), sessions.load('id')])
  if (first === undefined || second === undefined) return t.fail('not loaded')
  t.equal(first.dataText, JSON.stringify(hostile))
  await sessions.save(first, { data: { ...first.data, b: 2 }, expiresAt: later() })
  await sessions.save(second, { data: JSON.parse('{"__proto__":{"admin":2},"a":1}'), expiresAt: later() })
  const merged = await sessions.load('id')
  t.equal(merged?.dataText, '{"__proto__":{"admin":2},"a":1,"b":2}')
  t.equal(({} as { admin?: unknown }).admin, undefined)
  t.equal(Object.getPrototypeOf(merged?.data), Object.prototype)
})

t.test('a session over the limit is refused', async (t) => {
  const sessions = createSealedSessions({ store: createMemoryStore({ environment: 'test' }), keyring: freshKeyring(), maxBytes: 2048 })
  await t.rejects(sessions.create('id', { data: { text: 'x'.repeat(3000) }, expiresAt: Date.now() + 1000 }), { code: 'KEYTURN_SESSION_TOO_LARGE' })
  const meta = { text: 'x'.repeat(70_000) }
  await t.rejects(createSessions().create('id', { data: {}, meta, expiresAt: later() }), { code: 'KEYTURN_SESSION_DATA' })
})

t.test('data sealed for one session does not open in another', async (t) => {
  const store = createMemoryStore({ environment: 'test', clock })
  const sessions = createSessions({ store })
  await sessions.create('mine', { data: { admin: false }, expiresAt: later() })
  await sessions.create('theirs', { data: { admin: true }, expiresAt: later() })
  const stolen = await store.get(toStoreKey('theirs'))
  if (stolen === undefined) return t.fail('not stored')
  await store.put(toStoreKey('mine'), stolen, 'any')
  await t.rejects(sessions.load('mine'), OpenError)
})

t.test('the date of creation that counts is the sealed one, not that of the row', async (t) => {
  const store = createMemoryStore({ environment: 'test', clock })
  const sessions = createSessions({ store })
  const { createdAt, key } = await sessions.create('id', { data: {}, meta: { userId: 'u1' }, expiresAt: later() })
  const record = await store.get(key)
  if (record === undefined) return t.fail('not stored')
  await store.put(key, { ...record, createdAt: createdAt + 86_400_000 }, 'any')
  t.equal((await sessions.load('id'))?.createdAt, createdAt)
  t.equal((await sessions.listByOwner('u1'))[0]?.createdAt, createdAt)
  await sessions.update('id', () => ({ n: 1 }))
  t.equal((await store.get(key))?.createdAt, createdAt, 'the next write mends the row')
})

t.test('a record that is tagged for somebody else, or for nobody, does not open', async (t) => {
  const store = createMemoryStore({ environment: 'test', clock })
  const sessions = createSessions({ store })
  const mine = await sessions.create('mine', { data: {}, meta: { userId: 'u1' }, expiresAt: later() })
  const nobodys = await sessions.create('nobodys', { data: {}, expiresAt: later() })
  const theirs = await sessions.create('theirs', { data: {}, meta: { userId: 'u2' }, expiresAt: later() })
  const tag = async (key: Buffer) => (await store.get(key))?.ownerTag
  const retag = async (key: Buffer, ownerTag: Buffer | undefined) => {
    const record = await store.get(key)
    if (record !== undefined) await store.put(key, { ...record, ownerTag }, 'any')
  }
  const [own, other] = [await tag(mine.key), await tag(theirs.key)]
  for (const wrong of [other, undefined]) {
    await retag(mine.key, wrong)
    await t.rejects(sessions.load('mine'), OpenError)
  }
  await retag(nobodys.key, other)
  await t.rejects(sessions.load('nobodys'), OpenError)
  t.equal((await sessions.listByOwner('u2')).length, 1, 'nor is it listed as theirs')
  await retag(mine.key, own)
  t.ok(await sessions.load('mine'))
})

t.test('wrong options are told all at once', async (t) => {
  const options = { maxBytes: 1, maxAttempts: Number.NaN } as unknown as Parameters<typeof createSealedSessions>[0]
  t.throws(() => createSealedSessions(options), { name: 'TypeError', message: /store.*keyring.*maxBytes.*maxAttempts/ })
})
