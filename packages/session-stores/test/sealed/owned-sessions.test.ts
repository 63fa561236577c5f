import { createLiveKeyring, generateSecret } from '@keyturn/token-crypto'
import t from 'tap'
import { createMemoryStore, createSealedSessions, toStoreKey } from '../../src/index.ts'
import { freshKeyring, keyringOf } from '../fixtures/keyrings.ts'

const expiresAt = Date.now() + 3_600_000

t.test('the sessions of a user are listed, and one of them ended, by nobody else', async (t) => {
  const store = createMemoryStore({ environment: 'test' })
  const sessions = createSealedSessions({ store, keyring: freshKeyring() })
  await sessions.create('a1', { data: { n: 1 }, meta: { userId: 'anna', agent: 'phone' }, createdAt: 1, expiresAt })
  await sessions.create('a2', { data: { n: 2 }, meta: { userId: 'anna', agent: 'laptop' }, createdAt: 2, expiresAt })
  await sessions.create('b1', { data: {}, meta: { userId: 'ben' }, expiresAt })
  const listed = await sessions.listByOwner('anna')
  t.strictSame(listed.map(({ meta }) => meta['agent']), ['laptop', 'phone'])
  t.notOk(listed.some((session) => 'id' in session))
  const phone = listed[1]?.key ?? toStoreKey('none')
  t.equal(await sessions.destroyOwned('ben', phone), false)
  t.equal(await sessions.destroyOwned('anna', phone), true)
  t.equal(await sessions.load('a1'), undefined)
  t.equal(await sessions.destroyByOwner('anna', { except: 'a2' }), 0)
  t.equal(await sessions.destroyByOwner('anna'), 1)
  t.ok(await sessions.load('b1'))
})

t.test('sessions tagged under any accepted key are found, listed once and ended', async (t) => {
  const [first, second, third] = [generateSecret(), generateSecret(), generateSecret()]
  const keyring = createLiveKeyring({ keyring: keyringOf([first, 'primary']) })
  const sessions = createSealedSessions({ store: createMemoryStore({ environment: 'test' }), keyring })
  const create = (id: string): Promise<unknown> => sessions.create(id, { data: {}, meta: { userId: 'u' }, expiresAt })
  await create('one')
  keyring.replace(keyringOf([second, 'primary'], [first, 'retiring'], [third, 'pending']))
  await create('two')
  keyring.replace(keyringOf([third, 'primary'], [second, 'retiring'], [first, 'retiring']))
  await create('three')
  t.equal((await sessions.listByOwner('u')).length, 3)
  t.equal(await sessions.destroyByOwner('u', { except: 'two' }), 2)
  t.ok(await sessions.load('two'))
})

t.test('sessions tagged under a key that only another process knows are ended too', async (t) => {
  const [older, newer] = [generateSecret(), generateSecret()]
  const store = createMemoryStore({ environment: 'test' })
  const ahead = createLiveKeyring({ keyring: keyringOf([newer, 'primary'], [older, 'retiring']) })
  const behind = createLiveKeyring({ keyring: keyringOf([older, 'primary']), load: async () => ahead.current })
  await createSealedSessions({ store, keyring: ahead }).create('id', { data: {}, meta: { userId: 'u' }, expiresAt })
  t.equal(await createSealedSessions({ store, keyring: behind }).destroyByOwner('u'), 1)
})

t.test('a source of keys that is down does not keep sessions alive', async (t) => {
  const load = async (): Promise<never> => { throw new Error('down') }
  const keyring = createLiveKeyring({ keyring: keyringOf([generateSecret(), 'primary']), load })
  const sessions = createSealedSessions({ store: createMemoryStore({ environment: 'test' }), keyring })
  await sessions.create('id', { data: {}, meta: { userId: 'u' }, expiresAt })
  t.equal(await sessions.destroyByOwner('u'), 1)
})

t.test('sessions that no key opens are ended with the others, and not listed', async (t) => {
  const [signing, lost] = [generateSecret(), generateSecret()]
  const store = createMemoryStore({ environment: 'test' })
  const keyring = createLiveKeyring({ keyring: keyringOf([signing, 'primary']) })
  const sessions = createSealedSessions({ store, keyring })
  const created = await sessions.create('id', { data: {}, meta: { userId: 'u' }, expiresAt })
  const record = await store.get(created.key)
  if (record === undefined) return t.fail('not stored')
  const foreign = createSealedSessions({ store, keyring: createLiveKeyring({ keyring: keyringOf([lost, 'primary']) }) })
  await foreign.create('other', { data: {}, expiresAt })
  const unreadable = await store.get(toStoreKey('other'))
  if (unreadable === undefined) return t.fail('not stored')
  await store.put(toStoreKey('other'), { ...unreadable, ownerTag: record.ownerTag }, 'any')
  t.equal((await sessions.listByOwner('u')).length, 1)
  t.equal(await sessions.destroyByOwner('u'), 2)
})

t.test('a store without owners says so', async (t) => {
  const memory = createMemoryStore({ environment: 'test' })
  const { listByOwner: _, destroyByOwner: __, ...store } = memory
  const sessions = createSealedSessions({ store, keyring: freshKeyring() })
  await t.rejects(sessions.listByOwner('u'), { code: 'KEYTURN_STORE_UNSUPPORTED' })
  await t.rejects(sessions.destroyByOwner('u'), { code: 'KEYTURN_STORE_UNSUPPORTED' })
})
